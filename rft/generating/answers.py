"""What a reply is good for: the code in it, and its files where it has several. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scorers.extraction import extract_code, extract_files
from scorers.report import ScoreReport

ONE_FILE = "answer.luau"
"""The file of an answer that names none, in a folder."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One reply as it was drawn. `index` counts the candidates from 0."""

    index: int
    text: str
    tokens: int
    finish_reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply and the code in it. `files` has the code of each file that the reply names, in its order; often it names none.

    `truncated`: the reply or its fence was not finished.
    """

    reply: Drawn
    code: str
    files: Mapping[str, str]
    truncated: bool
    reports: Mapping[str, ScoreReport] = field(default_factory=dict)
    """The scores of each of `sources`, empty where nobody asked for them."""

    @property
    def sources(self) -> Mapping[str, str]:
        """All code of the answer by file."""
        return self.files or {ONE_FILE: self.code}

    @property
    def composite(self) -> float:
        """The mean of its files' composites, in [0, 1]."""
        return sum(report.composite for report in self.reports.values()) / len(self.reports)

    @property
    def compiles(self) -> bool:
        """Whether all of it compiles. Raises nothing: where scoring failed it does not."""
        return all(report.compiles for report in self.reports.values())

    @property
    def shown(self) -> str:
        """The code as text: of several files each under a comment that names it."""
        if not self.files:
            return self.code
        return "\n\n".join(f"-- File: {name}\n{code}" for name, code in self.files.items())

    def to_json(self) -> dict[str, Any]:
        """What a program is told of it."""
        told = {
            "index": self.reply.index,
            "reply": self.reply.text,
            "code": self.code,
            "files": dict(self.files),
            "tokens": self.reply.tokens,
            "finish_reason": self.reply.finish_reason,
            "truncated": self.truncated,
        }
        if not self.reports:
            return told
        reports = {name: report.to_json() for name, report in self.reports.items()}
        return {**told, "composite": self.composite, "compiles": self.compiles, "scores": reports}


def read_answer(reply: Drawn) -> Answer:
    """Find the code in a reply. Prose around unfenced code is left out: a person asked."""
    code = extract_code(reply.text, finish_reason=reply.finish_reason, strip_prose=True)
    named = {file.path: file.code for file in extract_files(reply.text) if file.path is not None}
    return Answer(reply, code.code, named, code.truncated)


def best_first(answers: list[Answer]) -> list[Answer]:
    """Scored answers, whole and compiling ones before others, then by composite; equal ones as they were drawn."""
    return sorted(answers, key=lambda answer: (answer.truncated, not answer.compiles, -answer.composite, answer.reply.index))
