"""Every command block of README.md and docs/ runs: block after block of a page, in a folder of its own, on a tiny model.

A page says `<!-- workspace: tiny -->`: its commands are run in a folder with a configuration, some files and a finished run.
Above a block `<!-- not run: REASON -->` leaves it out, and `<!-- exits 2 -->` says that it fails. `places.SUBSTITUTES` lists the
words that are others here than on the page.
"""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, SHELL, Block, blocks_of
from tests.docs.places import RUN_NAME, finish, run_page

TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
BLOCKS = {name: list(blocks_of(text)) for name, text in TEXTS.items()}
RUN = {name: [block for block in blocks if block.is_shell and block.is_run] for name, blocks in BLOCKS.items()}
WITH_COMMANDS = [name for name, blocks in RUN.items() if blocks]
PAGES_AT_A_TIME = 2
MARKS = [pytest.param(mark, id=f"{name}:{block.line}") for name, all_ in BLOCKS.items() for block in all_ for mark in block.marks]
MARK = re.compile(r"not run: \w.{8,}|exits [1-9]\d*|workspace: tiny")
COMMAND = re.compile(r"^(\$ |(rft|luau-score|uv|pip|python|curl|cd) [\w./-])", re.MULTILINE)


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[dict[str, Future[None]]]:
    """Page -> its commands under way, two pages at a time; each in its own copy of one finished run."""
    home, finished = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("finished") / RUN_NAME
    finish(finished, home)
    folders = {page: tmp_path_factory.mktemp("page") / RUN_NAME for page in _asked(request.session)}

    def work(page: str) -> None:
        shutil.copytree(finished, folders[page], symlinks=True)
        run_page(page, RUN[page], folders[page], home)

    with ThreadPoolExecutor(PAGES_AT_A_TIME) as pool:
        yield {page: pool.submit(work, page) for page in sorted(folders, key=lambda page: -len(RUN[page]))}
        pool.shutdown(cancel_futures=True)


def _asked(session: pytest.Session) -> set[str]:
    """The pages of the tests that were selected."""
    items = (item for item in session.items if isinstance(item, pytest.Function) and outcomes.__name__ in item.fixturenames)
    return {str(item.callspec.params["page"]) for item in items}


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_commands_of_a_page_run(page: str, outcomes: dict[str, Future[None]]) -> None:
    outcomes[page].result()


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_a_page_with_commands_names_its_workspace(page: str) -> None:
    assert "<!-- workspace: tiny -->" in TEXTS[page].splitlines()


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_known_and_has_its_reason(mark: str) -> None:
    assert MARK.fullmatch(mark)


@pytest.mark.parametrize("page", TEXTS)
def test_every_block_says_what_it_is(page: str) -> None:
    assert [block.line for block in BLOCKS[page] if not block.language] == []


@pytest.mark.parametrize("page", TEXTS)
def test_commands_hide_in_no_other_block(page: str) -> None:
    """Else nobody would run them."""
    hiding = [block.line for block in BLOCKS[page] if block.language in ("text", "bash", "shell") and COMMAND.search(block.text)]
    assert hiding == []


def test_a_failing_command_is_told_with_page_line_and_output(tmp_path: Path) -> None:
    block = Block(7, SHELL[0], "echo one\nfalse\necho never", ())
    with pytest.raises(AssertionError) as caught:
        run_page("some-page.md", [block], tmp_path, tmp_path)
    for told in ("some-page.md, line 7", "one\nfailed: false", "exit code 1 in place of 0"):
        assert told in str(caught.value)


def test_a_command_that_does_not_fail_as_the_page_says_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="exit code 0 in place of 2"):
        run_page("some-page.md", [Block(1, SHELL[0], "true", ("exits 2",))], tmp_path, tmp_path)


def test_blocks_are_read_with_their_marks() -> None:
    marked = "# One\n\n<!-- not run: a reason -->\n\n```sh\nrft\n```\n"
    in_a_list = "\nText.\n\n- in a list\n\n  ```console\n  $ rft run\n  done\n  ```\n"
    first, second = blocks_of(marked + in_a_list)
    assert (first.line, first.is_run, first.commands) == (5, False, "rft")
    assert (second.line, second.is_run, second.commands) == (13, True, "rft run")
