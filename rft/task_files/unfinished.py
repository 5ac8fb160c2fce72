"""Puts what a new task's file still asks for in the place of the problems that follow from it."""

from dataclasses import replace

from eval.check import TaskCheck
from eval.task import Task
from rft.proof import Proof
from rft.task_files.skeleton import MARK, unwritten

PROVING = {"reference", "tests"}
"""Without these nothing else that was found means anything."""


def with_unwritten(proof: Proof) -> Proof:
    """The proof, in which tasks that are not written yet say so."""
    checks = tuple(
        replace(check, tasks=tuple(told(task, found) for task, found in zip(suite.tasks, check.tasks, strict=True)))
        for suite, check in zip(proof.suites, proof.checks, strict=True)
    )
    begun = {(suite.name, task.id) for suite in proof.suites for task in suite.tasks if unwritten(task)}
    # The words that two new files share are not theirs.
    repeats = [
        repeat for repeat in proof.repeats if begun.isdisjoint({(repeat.split, repeat.task), (repeat.other_split, repeat.other)})
    ]
    return replace(proof, checks=checks, repeats=tuple(repeats))


def told(task: Task, found: TaskCheck) -> TaskCheck:
    """What was found about a task, or what it still asks for."""
    left = unwritten(task)
    if not left:
        return found
    sentence = f"still to write: {', '.join(left)} ({MARK} marks the places)"
    return replace(found, problems=(sentence, *(() if PROVING & set(left) else found.problems)))
