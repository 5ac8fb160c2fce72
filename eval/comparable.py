"""Answers of every kind in the form in which contamination compares code."""

import json
from collections.abc import Iterable

from eval.contamination import TINY_CODE, BenchmarkFingerprint, Match, code_tokens
from eval.task import Task
from scorers.execution.tests import Kind
from scorers.extraction import ToolCall, extract_files
from scorers.extraction.tool_calls import calls_of

GENERAL_PREFIX = "general:"


def fingerprint_of(benchmark: Iterable[Task], general: Iterable[Task] = ()) -> BenchmarkFingerprint:
    """The held-out tasks, ready for comparison; a match with one of the general suite names it with `general:` before its id.

    Raises EvalError for a task without words or code.
    """
    named = [(task.id, task) for task in benchmark] + [(f"{GENERAL_PREFIX}{task.id}", task) for task in general]
    return BenchmarkFingerprint.from_tasks(
        (name, task.prompt, comparable(task.reference, task.kind), task.entry_point or "") for name, task in named
    )


def match_answer(held_out: BenchmarkFingerprint, answer: str, kind: Kind) -> Match | None:
    """The held-out task whose reference `answer` repeats.

    A few short tool calls repeat nothing: to ask for Studio's mode there is one call, whatever the task.
    """
    code = comparable(answer, kind)
    if kind == "tools" and len(code_tokens(code)) < TINY_CODE:
        return None
    return held_out.match_code(code)


def comparable(answer: str, kind: Kind) -> str:
    """Luau code that stands for an answer: its files one after the other, its tool calls as calls with their values."""
    if kind == "files":
        return "\n".join(file.code for file in extract_files(answer))
    if kind == "tools":
        try:
            return "\n".join(map(_call, calls_of(answer)))
        except ValueError:
            return answer  # It fails its tests whatever it is compared with.
    return answer


def _call(call: ToolCall) -> str:
    values = (value if name == "code" else json.dumps(value, sort_keys=True) for name, value in sorted(call.arguments.items()))
    return f"{call.name}({', '.join(map(str, values))})"
