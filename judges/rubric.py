"""What a judge is asked and how its answer is read. Pure: the same request is the same text, byte for byte.

Three texts, from what never changes to what always does, so that a prompt cache can keep the first two. The answer's scores
are an enumeration, because providers enforce that where they drop minimum and maximum; evidence comes before the scores.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from judges.calls import Unusable
from judges.rubric_text import FORMS, SYSTEM
from judges.verdict import TOP_SCORE, CandidateFacts, Flag, JudgeRequest, JudgeTask, Verdict
from judges.view import as_written, canonical, guarded, nonce

View = Literal["stripped", "full"]
"""Whether a judge sees the canonical form without comments, or the candidate as it was written."""

CRITERIA: Final = ("functionality", "correctness", "completeness")

_LEVELS = list(range(TOP_SCORE + 1))
_SCORE = {"type": "integer", "enum": _LEVELS}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "evidence": {"type": "string", "description": "At most two sentences that quote a line or name a requirement."},
        **dict.fromkeys(CRITERIA, _SCORE),
        "flags": {"type": "array", "items": {"type": "string", "enum": list(get_args(Flag))}},
    },
    "required": ["evidence", *CRITERIA, "flags"],
    "additionalProperties": False,
}

_MAX_FACTS = 5
"""Failures and findings shown of each."""
_MAX_FACT = 300
_MAX_EVIDENCE = 2000
_LINE = re.compile(r"(?P<place>^line \d+: )|\bline \d+(?:,? column \d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A request in words. `system` is the same for all requests, `task` for all of a task. `schema` is that of the answer."""

    system: str
    task: str
    candidate: str
    schema: dict[str, Any]


def render(request: JudgeRequest, view: View = "stripped") -> Rendered:
    """The request as a provider sends it. Who asks, and for which opinion in turn, is not part of it."""
    return Rendered(SYSTEM, _task(request.task), _candidate(request, view), SCHEMA)


def parse(data: str) -> Verdict | Unusable:
    """The verdict in an answer, or why there is none. Whatever stands in `data`, it never raises."""
    try:
        fields = json.loads(data, object_pairs_hook=_no_repeats)
        return _verdict(fields)
    except (ValueError, RecursionError) as error:
        return Unusable("malformed", _encodable(str(error))[:_MAX_FACT])


def _task(task: JudgeTask) -> str:
    requirements = "\n".join(f"- {text}" for text in task.requirements) or "- what the task says"
    return _encodable(
        f"<task>\n{task.question.strip()}\n</task>\n\n"
        f"The submission is {FORMS.get(task.kind, FORMS['script'])}.\n\n"
        f"<requirements>\n{requirements}\n</requirements>\n\n"
        f"<solution>\nOne correct solution; different correct designs get full marks.\n{task.reference.strip()}\n</solution>\n\n"
    )


def _candidate(request: JudgeRequest, view: View) -> str:
    shown = canonical(request.code, request.task.kind) if view == "stripped" else as_written(request.code)
    mark, facts = nonce(shown), request.facts
    return (
        f"<submission-{mark}>\n{guarded(shown)}\n</submission-{mark}>\n\n"
        f"<facts-{mark}>\n{_measured(facts)}\n</facts-{mark}>\n\n"
        f"Review the submission {mark}."
    )


def _measured(facts: CandidateFacts) -> str:
    lines = [f"compiles: {'yes' if facts.compiles else 'no'}"]
    if facts.total:
        lines.append(f"cases passed: {facts.passed} of {facts.total}")
    # A line of the source as written is no line of what is shown, and it would make two questions of one.
    lines += _quoted("failed", facts.failures) + _quoted("analysis", [_LINE.sub(_no_line, text) for text in facts.findings])
    return "\n".join(lines)


def _no_line(match: re.Match[str]) -> str:
    return "" if match["place"] else "a line"


def _quoted(label: str, texts: Sequence[str]) -> list[str]:
    """Each text as one JSON string, because it may repeat words of the candidate."""
    cleaned = dict.fromkeys(" ".join(text.split())[:_MAX_FACT] for text in texts)
    lines = [f"{label}: {guarded(json.dumps(text, ensure_ascii=False))}" for text in list(cleaned)[:_MAX_FACTS]]
    return [*lines, f"{label}: {len(cleaned) - _MAX_FACTS} more"] if len(cleaned) > _MAX_FACTS else lines


def _verdict(fields: object) -> Verdict:
    if not isinstance(fields, dict) or set(fields) != set(SCHEMA["required"]):
        raise ValueError(f"the answer is no object with the fields {', '.join(SCHEMA['required'])}")
    evidence, flags = fields["evidence"], fields["flags"]
    if not isinstance(evidence, str):
        raise ValueError("the evidence is no text")
    if not isinstance(flags, list) or not all(flag in get_args(Flag) for flag in flags):
        raise ValueError(f"the flags are no list of {', '.join(get_args(Flag))}")
    functionality, correctness, completeness = (_score(name, fields[name]) for name in CRITERIA)
    shown = _encodable(evidence)[:_MAX_EVIDENCE]
    return Verdict(functionality, correctness, completeness, shown, tuple(dict.fromkeys(flags)))


def _score(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in _LEVELS:
        raise ValueError(f"{name} is {str(value)[:40]}, not a whole number from 0 to {TOP_SCORE}")
    return float(value)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(fields := dict(pairs)) != len(pairs):
        raise ValueError("a field is given twice")
    return fields


def _encodable(text: str) -> str:
    """Without lone surrogates, which no request and no store can hold."""
    return text.encode("utf-8", "replace").decode()


def _version() -> str:
    """A hash of the words, the schema and a rendered specimen, so that no change of any of them goes unseen."""
    task = JudgeTask("specimen", "question", "return 1", ("requirement",), "module")
    facts = CandidateFacts(True, 1, 2, ("case: line 3: expected 1",), ("finding",))
    request = JudgeRequest(task, "", "-- a\nlocal t = {1}\nreturn t[1]", facts)
    parts = [[text.task, text.candidate] for text in (render(request, "stripped"), render(request, "full"))]
    return hashlib.sha256(json.dumps([SYSTEM, FORMS, SCHEMA, parts]).encode()).hexdigest()[:12]


RUBRIC_VERSION: Final = _version()
"""Names the rubric. It changes with every word of it."""
