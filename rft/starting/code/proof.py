"""Which proposed tasks measure something: asked of the same checks that `rft tasks check` runs."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

from eval.check import MUTANTS, STRICT, TaskCheck, check_references, check_tasks
from eval.comparable import fingerprint_of, match_answer
from eval.near import find_repeats
from eval.task import Task, load_tasks
from rft.config import parse_config
from rft.inputs import BUILTIN, benchmark_folder, load_general
from rft.starting.choices import LUAU, Choices
from rft.starting.code.drafts import Draft
from rft.starting.code.sources import LeftOut
from rft.starting.workspace import HELD_OUT, TASKS

NO_TESTS = "No test was found that can be carried: replace the case below by what the function must do."
TOO_MANY_PASS = "Too many wrong answers pass (`rft tasks check` names them): more cases are needed."
Unfinished = list[tuple[Draft, tuple[str, ...]]]


def prove(drafts: Sequence[Draft], left_out: LeftOut) -> tuple[list[Draft], Unfinished]:
    """The tasks that the checks find nothing wrong with, alone and together, and the others with what is missing."""
    alone, checks = _checked(_running(drafts, left_out))
    missing = {made.id: _missing(made, checks.get(made.id)) for made in alone}
    good = [checks[made.id] for made in alone if not missing[made.id]]
    missing |= dict.fromkeys(_weak(good), (TOO_MANY_PASS,))
    ready = [made for made in alone if not missing[made.id]]
    failing = {name for name, check in checks.items() if check.assertions is None}
    unfinished = [
        (replace(made, tests=None) if made.id in failing else made, missing[made.id]) for made in alone if missing[made.id]
    ]
    return ready, unfinished


def _checked(drafts: list[Draft]) -> tuple[list[Draft], dict[str, TaskCheck]]:
    """The tasks that have tests, checked. Inputs that are drawn by type may be none that the function was made for: where it
    fails with them they are left away."""
    checks = _checks([made for made in drafts if made.tests is not None], mutants=0)
    failing = {made.id for made in drafts if made.random_inputs and made.id in checks and checks[made.id].assertions is None}
    plain = [replace(made, random_inputs=None) if made.id in failing else made for made in drafts]
    checks |= _checks([made for made in plain if made.id in failing], mutants=0)
    # Mutants are most of the work, and say nothing new of a task that has to be finished anyway.
    sound = [made for made in plain if made.id in checks and not checks[made.id].problems]
    return plain, checks | _checks(sound)


def _missing(made: Draft, check: TaskCheck | None) -> tuple[str, ...]:
    if made.tests is None or check is None:
        return (NO_TESTS,)
    if check.assertions is None:
        # The tests say something else than the function does, or lean on what is not here.
        return (f"Tests were found, but the function does not pass them here ({check.problems[0]}).",)
    return check.problems


def _weak(checks: list[TaskCheck]) -> list[str]:
    """Those with which too many mutants of all tasks together would pass, the samples among them."""
    if not checks:
        return []
    counted = [(check.killed, check.made - check.equivalent) for check in _by_id(_sample_tasks(TASKS)).values()]
    killed, made = sum(each for each, _ in counted), sum(each for _, each in counted)
    weak = []
    for check in sorted(checks, key=lambda check: (-(check.kill_rate or 0.0), check.task)):
        if killed + check.killed < STRICT.suite_rate * (made + check.made - check.equivalent):
            weak.append(check.task)
        else:
            killed, made = killed + check.killed, made + check.made - check.equivalent
    return weak


def without_repeats(drafts: Sequence[Draft], choices: Choices, left_out: LeftOut) -> list[Draft]:
    """Leave out what repeats a held-out task, which a run would refuse, or another task."""
    held_out = fingerprint_of(_benchmark(choices), _general(choices))
    fresh: list[Draft] = []
    for made in drafts:
        if held_out.match_prompt(made.prompt) or match_answer(held_out, made.reference, "function"):
            left_out.add("like a held-out task", made.entry_point)
        else:
            fresh.append(made)
    repeated = {found.task for found in find_repeats([("", (*_sample_tasks(TASKS), *(made.task() for made in fresh)))])}
    for made in fresh:
        if made.id in repeated:
            left_out.add("like another function", made.entry_point)
    return [made for made in fresh if made.id not in repeated]


def _running(drafts: Sequence[Draft], left_out: LeftOut) -> list[Draft]:
    """Those that give a function when they are loaded alone."""
    if not drafts:
        return []
    broken = {problem.task for problem in check_references([replace(made, tests=None).task() for made in drafts])}
    for made in drafts:
        if made.id in broken:
            left_out.add("do not load alone", made.entry_point)
    return [made for made in drafts if made.id not in broken]


def _checks(drafts: Sequence[Draft], mutants: int = MUTANTS) -> dict[str, TaskCheck]:
    return _by_id([made.task() for made in drafts], mutants)


def _by_id(tasks: Sequence[Task], mutants: int = MUTANTS) -> dict[str, TaskCheck]:
    return {check.task: check for check in check_tasks(tasks, mutants=mutants).tasks} if tasks else {}


def _sample_tasks(folder: str) -> tuple[Task, ...]:
    return load_tasks(Path(str(resources.files("rft.starting.templates") / folder)))


def _benchmark(choices: Choices) -> tuple[Task, ...]:
    if choices.tasks == LUAU:
        return load_tasks(benchmark_folder(f"{BUILTIN}luau"))
    return _sample_tasks(HELD_OUT)


def _general(choices: Choices) -> tuple[Task, ...]:
    setting = "none" if choices.is_trial else f"{BUILTIN}general"
    return load_general(parse_config({"data": {"general": setting}}, source="rft.toml"))
