"""The lines of `rft tasks check --watch`."""

from collections.abc import Iterator
from pathlib import Path

from eval.check import TaskCheck
from rft.task_files.watched import News


def lines_of(news: News, *, is_first: bool) -> Iterator[str]:
    """What a look found. The first one tells only what is wrong; a later one also that a saved file is proved, and which
    mutants of it pass. Nothing where nothing is new."""
    for file in news.gone:
        yield f"{file}: removed"
    for file, problems in news.problems.items():
        if (is_first and problems) or file in news.turned or (file in news.saved and not is_first):
            yield from _of_file(file, news, problems)
        if file in news.saved and not is_first:
            yield from _survivors(news.files[file].check)
    if is_first or news.gone or news.saved or news.turned:
        yield from news.of_places
        yield _count(news)


def _of_file(file: Path, news: News, problems: tuple[str, ...]) -> Iterator[str]:
    for problem in problems:
        # What is wrong with the file itself begins with its name.
        yield problem if problem == news.files[file].error else f"{file}: {problem}"
    check = news.files[file].check
    if not problems and check is not None:
        counted = check.made - check.equivalent
        mutants = f", {check.killed} of {counted} mutants fail" if counted else ""
        yield f"{file}: proved; {check.assertions} expectations{mutants}"


def _survivors(check: TaskCheck | None) -> Iterator[str]:
    for survivor in check.survivors if check is not None else ():
        note = " (cannot be run in this world)" if survivor.unsupported else ""
        yield f"  passes: {survivor.label}{note}\n      {survivor.before}\n      {survivor.after}"


def _count(news: News) -> str:
    wrong = sum(bool(problems) for problems in news.problems.values())
    total = f"{len(news.problems)} task{'' if len(news.problems) == 1 else 's'}"
    if not news.problems:
        return "No task yet."
    return f"{total}, {wrong} with problems." if wrong else f"{total}, all proved."
