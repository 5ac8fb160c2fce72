"""All mutants of a reference, by the kind of its task."""

from collections.abc import Callable, Iterable

from eval.mutation.edit import Source, line_at
from eval.mutation.mutant import Mutant
from eval.mutation.source import edits_of
from eval.mutation.tool_calls import call_mutants
from scorers.execution.tests import Kind
from scorers.extraction import extract_files

_FENCE = "````"
"""Longer than the fences that a Luau text may hold."""


def all_mutants(reference: str, kind: Kind) -> list[Mutant]:
    """Every mutant of a reference, each text once, in the order of the source. Deterministic."""
    if kind == "tools":
        found = call_mutants(reference, source_mutants)
    elif kind == "files":
        found = file_mutants(reference)
    else:
        found = source_mutants(reference)
    return distinct(found, reference)


def source_mutants(source: str) -> list[Mutant]:
    """The mutants of one Luau source."""
    return _mutants(Source(source), "", lambda changed: changed)


def file_mutants(reference: str) -> list[Mutant]:
    """The mutants of an answer of several files: those of each file, with the others as they are."""
    files = {file.path or "": file.code for file in extract_files(reference)}
    found: list[Mutant] = []
    for path, code in files.items():

        def whole(changed: str, path: str = path) -> str:
            return write_files({**files, path: changed})

        found += _mutants(Source(code), f"{path} ", whole)
    return found


def write_files(files: dict[str, str]) -> str:
    """An answer of several files: path -> code."""
    return "\n".join(f"### {path}\n\n{_FENCE}luau\n{code.rstrip()}\n{_FENCE}\n" for path, code in files.items())


def distinct(mutants: Iterable[Mutant], reference: str) -> list[Mutant]:
    """Each changed answer and each label once; the first of them stays."""
    answers, labels = {reference}, set[str]()
    kept: list[Mutant] = []
    for mutant in mutants:
        if mutant.answer not in answers and mutant.label not in labels:
            answers.add(mutant.answer)
            labels.add(mutant.label)
            kept.append(mutant)
    return kept


def _mutants(source: Source, prefix: str, whole: Callable[[str], str]) -> list[Mutant]:
    found: list[Mutant] = []
    for edit in edits_of(source.text):
        line, column = source.place(edit.start)
        changed = source.apply(edit)
        before, after = line_at(source.text, edit.start), line_at(changed, edit.start)
        label = f"{prefix}{line}:{column} {edit.what}"
        found.append(Mutant(label, edit.operator, whole(changed), before, after, source.text, changed))
    return found
