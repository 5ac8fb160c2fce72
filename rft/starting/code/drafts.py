"""A task that is proposed, and its file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from eval.task import Task
from rft.starting.code.closure import Cut
from rft.starting.code.comments import doc_comment
from rft.starting.code.functions import Found, first_place, signature
from rft.starting.code.sources import Source
from scorers.language import Unit
from scorers.language.expressions import Function

DIFFICULTIES = (5, 12, 25, 45)
"""Up to so many lines a function is of difficulty 1, 2, 3, 4."""
INPUTS = {
    "number": "random.integer(-20, 20)",
    "string": "random.word(0, 8)",
    "boolean": "random.boolean()",
    "{number}": "random.list(0, 6, function() return random.integer(-20, 20) end)",
    "{string}": "random.list(0, 6, function() return random.word(1, 6) end)",
    "{boolean}": "random.list(0, 6, function() return random.boolean() end)",
}
"""A parameter's type, without blanks -> how a value of it is drawn."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed task. `tests` is None where no test was found that can be carried; `notes` say what a person should know."""

    id: str
    origin: str
    prompt: str
    category: str
    difficulty: int
    entry_point: str
    reference: str
    world: bool
    random_inputs: str | None
    tests: str | None = None
    notes: tuple[str, ...] = ()

    def task(self) -> Task:
        """As the checks take it. Without tests it asks only whether the function is there."""
        return Task(
            id=self.id, prompt=self.prompt, category=self.category, difficulty=self.difficulty, entry_point=self.entry_point,
            reference=self.reference, world=self.world, random_inputs=self.random_inputs if self.tests else None,
            tests=self.tests or 'test("is there", function() expect(type(solution)).toEqual("function") end)',
        )  # fmt: skip


def draft(source: Source, found: Found, cut: Cut, identity: str) -> Draft:
    """What a function proposes, without tests."""
    unit, function = source.unit, found.function
    lines = function.end_line - function.line + 1
    says = doc_comment(unit, first_place(unit, found.statement)) or ""
    parts = [f"Write a Luau function `{signature(unit, found)}`.", says]
    if cut.types:
        parts.append("Its types:\n```luau\n" + "\n".join(cut.types) + "\n```")
    notes = [f"The reference brings {', '.join(cut.brought)} along: the prompt must say what an answer has to know of it."]
    return Draft(
        identity, f"{source.name}:{found.statement.line}", "\n\n".join(parts), identifier(source.folder) or "own",
        1 + sum(lines > limit for limit in DIFFICULTIES), found.name, cut.source, cut.world,
        None if cut.world else _inputs(unit, function), None, tuple(notes if cut.brought else ()),
    )  # fmt: skip


def identifier(name: str) -> str:
    """`clampValue`, `Clamp_value` -> `clamp-value`."""
    letters = ""
    for before, letter in zip(f" {name}", name, strict=False):
        letters += "-" if letter.isupper() and (before.islower() or before.isdigit()) else ""
        letters += letter.lower() if letter.isascii() and letter.isalnum() else "-"
    return "-".join(part for part in letters.split("-") if part)


def file_text(made: Draft, missing: Sequence[str]) -> str:
    """The task's file. `missing` is what keeps it from being a task; a run never reads such a file."""
    head = [] if not missing else ["needs tests" if made.tests is None else "to finish", *missing]
    comments = [f"From {made.origin}.", *head, *made.notes]
    lines = [f"# {line}" for text in comments for line in text.split("\n")]
    lines += [f"prompt = {_text(made.prompt)}", f"category = {_plain(made.category)}", f"difficulty = {made.difficulty}"]
    lines += [f'entry_point = "{made.entry_point}"'] + (["world = true"] if made.world else [])
    lines += ["", f"reference = {_text(made.reference)}", "", f"tests = {_text(made.tests or _skeleton(made))}"]
    if made.random_inputs is not None:
        lines += ["", f"random_inputs = {_text(made.random_inputs)}"]
    return "\n".join(lines) + "\n"


def _skeleton(made: Draft) -> str:
    name = made.entry_point
    return (
        f"-- At least five expectations, like expect({name}(...)).toEqual(...). Until this case is replaced every answer fails.\n"
        f'test("needs tests", function()\n\terror("needs tests: write what {name} must give")\nend)\n'
    )


def _inputs(unit: Unit, function: Function) -> str | None:
    """How calls are drawn, where every parameter has a plain type."""
    types = ["".join(unit.text(param.annotation).split()) if param.annotation else "" for param in function.params]
    if not types or function.vararg or any(each not in INPUTS for each in types):
        return None
    return f"return function(random)\n\treturn {{ {', '.join(INPUTS[each] for each in types)} }}\nend\n"


def _text(text: str) -> str:
    """A TOML string; of several lines as they are, where nothing in them forbids it."""
    if "\n" not in text or "'''" in text or any(not (letter.isprintable() or letter in "\n\t") for letter in text):
        return _plain(text)
    return f"'''\n{text.rstrip()}\n'''"


def _plain(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
