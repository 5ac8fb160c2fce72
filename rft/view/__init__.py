"""What a person sees of a run: a small panel at the bottom of a terminal, plain lines in a pipe."""

from rft.view.bars import progress_bar
from rft.view.stage import Stage
from rft.view.view import View

__all__ = ["Stage", "View", "progress_bar"]
