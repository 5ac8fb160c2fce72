"""Whether a training prompt, row or completion repeats a held-out task.

Prompts are compared as words. Layout, case, punctuation and the names of called functions are taken away, so that
`sumList(xs)` renamed to `total(xs)` is still the same task; a benchmark prompt inside a longer text is found too.
Prompts of small tasks share most of their words ("Write a Luau function ... that returns ..."), and isEven and isOdd
differ in one. A near match therefore looks at the words that carry meaning only: their 3-grams must overlap (Jaccard,
as in Broder 1997), and no more than a few percent of them may be different words.

Code is compared as canonical Luau tokens, with the names that it declares itself numbered in order of appearance.

What this does not do: see a free paraphrase, renamed parameters in a short prompt, or a reference inside longer code.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Self

from eval.errors import EvalError
from scorers.language import KEYWORDS, canonical_tokens

Shingles = frozenset[tuple[str, ...]]

PROMPT_SHINGLE = 3
PROMPT_JACCARD = 0.8
MEANING_DIFFERENCE = 0.05
"""Largest share of meaningful words that may differ: one replaced word in forty."""
CODE_SHINGLE = 5
CODE_JACCARD = 0.8
TINY_CODE = 12
"""Below this many tokens one changed literal is another program: only equal code matches."""
EMBEDDED_WORDS = 8
"""A shorter prompt may stand in a longer text by chance."""
FEW_WORDS = 6
"""A prompt with fewer different meaningful words keeps its function's name, and only an equal prompt matches it."""

_CALL = re.compile(r"\b[^\W\d]\w*(?=\()")
_BACKTICKED_NAME = re.compile(r"`([^\W\d]\w*)`")
_ARROW = re.compile(r"[-=]+>|→")
_WORD = re.compile(
    r"@|[^\W\d]\w*|(?<!\w)-?\d+(?:\.\d+)?|\d+(?:\.\d+)?"
    # Operators between operands; markdown's stars, hashes and bullets are punctuation.
    r"|(?<=\S\ )[+*/%^<>=~]{1,2}(?=\ \S)|(?<=[\w)])[+*/%^<>=~]{1,2}(?=[\w(])",
)
_PLAIN_TEXT = (
    "a an the this that these those which it its is are be of to in for from with as at by on into please write create "
    "implement define make provide give gives given takes take taking returns return returning should must will called "
    "named lua luau function your you i me code @"
)
_PLAIN = frozenset(_PLAIN_TEXT.split())


@dataclass(frozen=True, slots=True)
class Match:
    """A benchmark task that a text repeats. `similarity` is 1 unless `kind` is near (then the Jaccard index)."""

    task_id: str
    kind: Literal["exact", "normalised", "near"]
    similarity: float


@dataclass(frozen=True, slots=True)
class _Task:
    task_id: str
    prompt: str
    words: str
    """The prompt's words, joined by single blanks, with one at each end."""
    meaning: frozenset[str]
    prompt_shingles: Shingles
    code: str
    tokens: tuple[str, ...]
    code_shingles: Shingles


@dataclass(frozen=True, slots=True)
class BenchmarkFingerprint:
    """The held-out tasks, ready for comparison."""

    tasks: tuple[_Task, ...]
    entry_points: frozenset[str]

    @classmethod
    def from_tasks(cls, tasks: Iterable[tuple[str, str, str, str]]) -> Self:
        """From (task id, prompt, reference code, entry point). Raises EvalError for a task without words or code."""
        rows = list(tasks)
        entry_points = frozenset(entry_point for _, _, _, entry_point in rows)
        return cls(tuple(_fingerprint(*row[:3], entry_points) for row in rows), entry_points)

    def match_prompt(self, text: str) -> Match | None:
        """The benchmark task whose prompt `text` repeats: an equal one first, else the nearest."""
        words = prompt_words(text, self.entry_points)
        joined = _joined(words)
        for task in self.tasks:
            if text.strip() == task.prompt:
                return Match(task.task_id, "exact", 1.0)
        for task in self.tasks:
            if joined == task.words or (task.words.count(" ") > EMBEDDED_WORDS and task.words in joined):
                return Match(task.task_id, "normalised", 1.0)
        meaning = _meaning(words)
        shingles = _shingles(meaning, PROMPT_SHINGLE)
        near = [
            Match(task.task_id, "near", similarity)
            for task in self.tasks
            if len(task.meaning) >= FEW_WORDS
            and (similarity := _jaccard(shingles, task.prompt_shingles)) >= PROMPT_JACCARD
            and _same_meaning(frozenset(meaning), task.meaning)
        ]
        return max(near, key=lambda match: match.similarity, default=None)

    def match_code(self, code: str) -> Match | None:
        """The benchmark task whose reference `code` repeats: an equal one first, else the nearest."""
        for task in self.tasks:
            if code.strip() == task.code:
                return Match(task.task_id, "exact", 1.0)
        tokens = code_tokens(code)
        for task in self.tasks:
            if tokens == task.tokens:
                return Match(task.task_id, "normalised", 1.0)
        if len(tokens) < TINY_CODE:
            return None
        shingles = _shingles(tokens, CODE_SHINGLE)
        near = [
            Match(task.task_id, "near", similarity)
            for task in self.tasks
            if len(task.tokens) >= TINY_CODE and (similarity := _jaccard(shingles, task.code_shingles)) >= CODE_JACCARD
        ]
        return max(near, key=lambda match: match.similarity, default=None)


def prompt_words(text: str, names: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The words of a prompt, case folded. `@` stands for a called function and for a backticked one of `names`."""
    plain = _ARROW.sub(" ", unicodedata.normalize("NFKC", text))
    called = names | set(_CALL.findall(plain))
    nameless = _CALL.sub("@", _BACKTICKED_NAME.sub(lambda found: "@" if found[1] in called else found[0], plain))
    words = tuple(_WORD.findall(nameless.casefold()))
    return words if len(set(_meaning(words))) >= FEW_WORDS else tuple(_WORD.findall(plain.casefold()))


def code_tokens(code: str) -> tuple[str, ...]:
    """Canonical tokens with declared names numbered, without what only exports a function (`local`, last `return`)."""
    tokens = list(canonical_tokens(code))
    declared = _declared(tokens)
    if len(tokens) > 2 and tokens[-2] == "return" and tokens[-1] in declared:
        del tokens[-2:]
    numbers: dict[str, str] = {}
    renamed = []
    for previous, token in zip(["", *tokens], tokens, strict=False):
        if token in declared and previous not in (".", ":"):
            renamed.append(numbers.setdefault(token, f"${len(numbers)}"))
        elif token == "function" and previous == "local":
            renamed[-1] = token
        else:
            renamed.append(token)
    return tuple(renamed)


def _fingerprint(task_id: str, prompt: str, code: str, entry_points: frozenset[str]) -> _Task:
    words, tokens = prompt_words(prompt, entry_points), code_tokens(code)
    meaning = _meaning(words)
    if not meaning or not tokens:
        raise EvalError(
            f"benchmark task {task_id} has no {'code' if meaning else 'prompt'} to compare with",
            hint="give the task a prompt and a reference solution",
        )
    return _Task(
        task_id,
        prompt.strip(),
        _joined(words),
        frozenset(meaning),
        _shingles(meaning, PROMPT_SHINGLE),
        code.strip(),
        tokens,
        _shingles(tokens, CODE_SHINGLE),
    )


def _joined(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _meaning(words: Iterable[str]) -> list[str]:
    """The words that carry meaning, in order."""
    return [word for word in words if word not in _PLAIN]


def _shingles(items: Sequence[str], size: int) -> Shingles:
    """All runs of `size` items; a shorter sequence is one run."""
    return frozenset(tuple(items[start : start + size]) for start in range(max(1, len(items) - size + 1)))


def _jaccard(one: Shingles, other: Shingles) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _same_meaning(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one ^ other) <= MEANING_DIFFERENCE * len(one | other)


def _declared(tokens: Sequence[str]) -> set[str]:
    """Names the code chose itself: locals, loop variables, parameters and plain functions. Globals keep their names."""
    names: set[str] = set()
    for position, token in enumerate(tokens):
        if token in ("local", "for"):
            names.update(_name_list(islice(tokens, position + 1, None)))
        elif token == "function":
            head = list(islice(tokens, position + 1, position + 3))
            if len(head) == 2 and _is_name(head[0]) and head[1] in ("(", "<"):
                names.add(head[0])
            after = islice(tokens, position + 1, None)
            if "(" in after:  # Consumes up to the parenthesis.
                names.update(_name_list(after))
    return names


def _name_list(tokens: Iterator[str]) -> Iterator[str]:
    """Names of `a, b: T, c` up to what ends the list. After a bare `local x` it may read into the next statement."""
    depth, expects_name = 0, True
    for token in tokens:
        if token in ("(", "{", "[", "<"):
            depth += 1
        elif token in (")", "}", "]", ">"):
            depth -= 1
        if depth < 0 or (depth == 0 and (token == "=" or token in KEYWORDS)):
            return
        if depth == 0 and token == ",":
            expects_name = True
        elif expects_name:
            expects_name = False
            if _is_name(token):
                yield token


def _is_name(token: str) -> bool:
    return token.isidentifier() and token not in KEYWORDS
