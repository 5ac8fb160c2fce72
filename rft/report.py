"""The report of a run, whole: what is known (`collect`), and the three ways to say it."""

from rft.reporting.collecting import collect
from rft.reporting.log_page import write_log_page
from rft.reporting.model import PolicyRow, Report
from rft.reporting.terminal import render, render_delta

__all__ = ["PolicyRow", "Report", "collect", "render", "render_delta", "write_log_page"]
