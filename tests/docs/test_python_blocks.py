"""The Python blocks of README.md and docs/ run, those of a page one after the other in one place."""

import contextlib
import io
from typing import Any

import pytest

from tests.docs.blocks import PAGES, blocks_of

BLOCKS = {
    page.name: [block for block in blocks_of(page.read_text(encoding="utf-8")) if block.language == "python"] for page in PAGES
}
RUN = {page: blocks for page, all_ in BLOCKS.items() if (blocks := [block for block in all_ if block.is_run])}


@pytest.mark.parametrize("page", RUN)
def test_the_python_of_a_page_runs(page: str) -> None:
    names: dict[str, Any] = {}
    for block in RUN[page]:
        # Empty lines before it, so that an error names the line of the page.
        source = compile("\n" * block.line + block.text, page, "exec")
        with contextlib.redirect_stdout(io.StringIO()):
            exec(source, names)


def test_the_readme_s_example_finds_the_misspelt_class(capsys: pytest.CaptureFixture[str]) -> None:
    exec(RUN["README.md"][0].text, {})
    assert "Prat" in capsys.readouterr().out
