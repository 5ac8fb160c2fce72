"""The page of a run: one HTML file that asks for nothing else, made of what the store knows."""

from rft.page.building import Page, page_of
from rft.page.rendering import write_page

__all__ = ["Page", "page_of", "write_page"]
