"""From a path of Luau code to proposed tasks."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from rft.starting.choices import Choices
from rft.starting.code.carrying import carried
from rft.starting.code.closure import File, NotAlone, cut
from rft.starting.code.drafts import Draft, draft, file_text, identifier
from rft.starting.code.functions import Found, functions_of, in_tables, why_not
from rft.starting.code.proof import prove, without_repeats
from rft.starting.code.proposal import Proposal
from rft.starting.code.sources import LeftOut, Source, read_sources
from rft.starting.code.specs import Spec
from rft.starting.workspace import HELD_OUT, TASKS, samples

TAKEN = tuple(sample.name.removesuffix(".toml") for folder in (TASKS, HELD_OUT) for sample in samples(folder))


def propose(place: Path, choices: Choices) -> Proposal:
    """Tasks from the functions below `place`. What has tests that prove it is ready; the rest waits for a person.

    Raises InputError where there is no Luau.
    """
    left_out = LeftOut()
    sources = read_sources(place, left_out)
    modules = [source for source in sources if not source.is_test]
    specs = [Spec(source.name, source.unit) for source in sources if source.is_test]
    count, drafts = _drafts(modules, left_out)
    ambiguous = {module for module, times in Counter(source.module for source in modules).items() if times > 1}
    tested = [_with_tests(made, module, specs, ambiguous) for made, module in drafts]
    kept = without_repeats(tested, choices, left_out)
    ready, unfinished = prove(kept, left_out)
    return Proposal(
        {made.id: file_text(made, ()) for made in ready},
        {made.id: file_text(made, missing) for made, missing in unfinished},
        {reason: tuple(names) for reason, names in left_out.names.items()},
        len(sources),
        count,
    )


def _drafts(modules: list[Source], left_out: LeftOut) -> tuple[int, list[tuple[Draft, str]]]:
    count = 0
    taken = set(TAKEN)
    drafts: list[tuple[Draft, str]] = []
    for source in modules:
        file = File(source.unit)
        for found in functions_of(source.unit):
            count += 1
            if (made := _draft(source, file, found, taken, left_out)) is not None:
                taken.add(made.id)
                drafts.append((made, source.module))
        for name in in_tables(source.unit):
            count += 1
            left_out.add("written inside a table", name)
    return count, drafts


def _draft(source: Source, file: File, found: Found, taken: set[str], left_out: LeftOut) -> Draft | None:
    reason = why_not(source.unit, found)
    if reason is None:
        try:
            return draft(source, found, cut(file, found), _identity(source, found, taken))
        except NotAlone as error:
            reason = str(error)
    left_out.add(reason, found.target)
    return None


def _identity(source: Source, found: Found, taken: set[str]) -> str:
    """The function's name, with its module's before it or a number behind it where that is taken."""
    short = identifier(found.name) or "function"
    long = f"{identifier(source.module) or 'module'}-{short}"
    numbered = (f"{long}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (short, long, *numbered) if name not in taken)


def _with_tests(made: Draft, module: str, specs: list[Spec], ambiguous: set[str]) -> Draft:
    """With the cases that test files hold for it. A module's name that two files have says nothing about whose tests they are."""
    if module in ambiguous:
        return made
    parts: list[str] = []
    notes = list(made.notes)
    for spec in specs:
        declared, found, lost = carried(spec, module, made.entry_point)
        parts += [*declared, *found] if found else []
        if lost:
            notes.append(f"{lost} case(s) of {spec.name} use what a task's tests do not have; they are not here.")
    tests = "\n\n".join(parts) + "\n" if parts else None
    return replace(made, tests=tests, notes=tuple(notes))
