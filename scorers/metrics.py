"""Sizes and shares of a source, for reports. No score depends on them but the small credit for doc comments."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping

from scorers.checks.named import Named, named_functions
from scorers.checks.size import complexities, depths
from scorers.language.expressions import Expr, Function, Index, Name
from scorers.language.position import COLUMN_MASK, line_of
from scorers.language.statements import Assign, FunctionDeclaration, Local
from scorers.language.tokens import KEYWORDS
from scorers.language.unit import Unit, Variable, place_in
from scorers.roblox.inference import literal, type_of

MIN_WORDS = 4
"""Words of a doc comment that the code below it does not say already."""
MIN_TOKENS = 20
"""Tokens of a function that is worth a comment: a getter explains itself."""
ENOUGH = 2
"""Documented functions that are enough for the whole credit, or half of them where there are fewer than four."""

_WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2}|[^\W\d_]{2,}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STEM = 4
"""Letters by which a word is recognised: `price` and `prices`."""
_BANNER = re.compile(r"[-=*#~_+/\\<>]{3,}")
_TWO_PHASES = ({"init", "start"}, {"knitinit", "knitstart"}, {"oninit", "onstart"}, {"initialize", "start"})


def measure(unit: Unit) -> dict[str, float]:
    """The metrics of one source by name: counts, lines, and shares from 0 to 1."""
    lines = unit.source.count("\n") + (not unit.source.endswith("\n")) if unit.source else 0
    code = len({line_of(start) for start in unit.tokens.starts[:-1]})
    named = named_functions(unit)
    fetched, at_top = _services(unit)
    return {
        "lines": float(lines),
        "code_lines": float(code),
        "functions": float(len(unit.functions)),
        "max_function_lines": float(max((function.end_line - function.line + 1 for function in unit.functions), default=0)),
        "max_nesting": float(max(depths(unit).values(), default=0)),
        "complexity": float(max(complexities(unit).values(), default=1)),
        "type_coverage": _type_coverage(unit),
        "strict": float(_is_strict(unit)),
        "services": float(fetched),
        "services_at_top": at_top,
        "two_phase_init": float(_has_two_phases(named)),
        "comment_share": _comment_share(unit, code),
        "documented_functions": float(len(_documented(unit))),
    }


def documented(unit: Unit) -> float:
    """How far the functions are documented, from 0 to 1: 1 from `ENOUGH` functions or half of them on.

    A function counts where it is long enough to need a comment; the comment where it stands directly above a function that
    is used, speaks of it, and says what neither the code nor another comment says. A source without such functions has 0:
    what was not written earns nothing.
    """
    long = sum(_is_long(unit, named) for named in named_functions(unit))
    return min(1.0, len(_documented(unit)) / min(ENOUGH, long / 2)) if long else 0.0


def _documented(unit: Unit) -> list[Named]:
    """The functions whose comments earn the credit."""
    found: list[Named] | None = unit.memo.get("documented functions")
    if found is None:
        said = _blocks_above(unit) if unit.comments else {}
        candidates = [(named, words) for named in named_functions(unit) if (words := _own_words(unit, named, said))]
        same = Counter(words for _, words in candidates)
        found = [named for named, words in candidates if same[words] == 1 and _is_long(unit, named) and _is_used(unit, named)]
        unit.memo["documented functions"] = found
    return found


def _blocks_above(unit: Unit) -> dict[int, str]:
    """The text of the comments that end on a line, with those directly above them; keyed by that line."""
    found: dict[int, list[str]] = {}
    starts = unit.tokens.starts
    for comment in unit.comments:
        first, last = line_of(comment.start), line_of(comment.end)
        index = bisect_left(starts, comment.start)
        if index and line_of(starts[index - 1]) == first:
            continue  # behind code: it speaks of that line
        text = comment.text.lstrip("-")
        block = found.pop(first - 1, [])
        if not _BANNER.search(text):
            block.append(text)
        found[last] = block
    return {line: " ".join(block) for line, block in found.items()}


def _own_words(unit: Unit, named: Named, said: dict[int, str]) -> frozenset[str]:
    """The words above a function that its code does not say; none where they are too few."""
    text = said.get(named.statement.line - 1 - _attribute_lines(named))
    if text is None:
        return frozenset()
    words = {word.lower() for word in _WORD.findall(text)}
    code = _code_words(unit, named)
    fresh = frozenset(words - code)
    return fresh if len(fresh) >= MIN_WORDS and _speaks_of(words, code - KEYWORDS) else frozenset()


def _speaks_of(words: set[str], code: set[str]) -> bool:
    """Whether a comment names anything of the code, as a comment that would fit everywhere does not. Names are English: a
    comment in another script is believed."""
    stems = {word[:_STEM] for word in code if len(word) >= _STEM}
    return any(not word.isascii() or word[:_STEM] in stems for word in words)


def _attribute_lines(named: Named) -> int:
    """Lines between a function and the first of its attributes."""
    first = min((attribute.line for attribute in named.function.attributes), default=named.statement.line)
    return max(0, named.statement.line - first)


def _code_words(unit: Unit, named: Named) -> set[str]:
    """The identifiers of a function, whole and split up."""
    starts = unit.tokens.starts
    texts = unit.tokens.texts[bisect_left(starts, named.statement.start) : bisect_left(starts, named.function.end)]
    words = {text.lower() for text in texts if text.isidentifier()}
    return words | {part.lower() for text in texts if text.isidentifier() for part in _PART.findall(text)}


def _is_long(unit: Unit, named: Named) -> bool:
    starts = unit.tokens.starts
    return bisect_left(starts, named.function.end) - bisect_left(starts, named.function.start) >= MIN_TOKENS


def _is_used(unit: Unit, named: Named) -> bool:
    """Whether anything calls a function or hands it on: a comment on dead code helps nobody."""
    if named.owner is not None:
        uses = [*unit.methods(named.name), *_reads_of_members(unit).get(named.name, ())]
        return any(not _is_inside(use.start, named) for use in uses) or _leaves(unit, named.owner)
    if named.variable is not None:
        return named.variable.is_exported or any(not _is_inside(read.start, named) for read in named.variable.reads)
    return any(not _is_inside(read.start, named) for read in unit.global_reads.get(named.name, ()))


def _reads_of_members(unit: Unit) -> dict[str, list[Index]]:
    """The places `object.name` that are no declaration, by name."""
    found: dict[str, list[Index]] | None = unit.memo.get("reads of members")
    if found is None:
        found = unit.memo["reads of members"] = {}
        for index in unit.all(Index):
            parent = unit.parents.get(index)
            if not (
                isinstance(parent, FunctionDeclaration)
                or (isinstance(parent, Assign) and place_in(parent.targets, index) is not None)
            ):
                found.setdefault(index.name, []).append(index)
    return found


def _leaves(unit: Unit, owner: str) -> bool:
    """Whether the table that holds a function is returned or handed on; a name that is no local may be used anywhere."""
    found: dict[str, bool] | None = unit.memo.get("tables that leave")
    if found is None:
        members = {named.function: named.owner for named in named_functions(unit) if named.owner}
        owners = set(members.values())
        found = unit.memo["tables that leave"] = {}
        for variable in unit.variables:
            if variable.name in owners:
                used = any(_hands_on(unit, read, members) for read in variable.reads)
                found[variable.name] = variable.is_exported or used or found.get(variable.name, False)
    return found.get(owner, True)


def _hands_on(unit: Unit, read: Name, members: Mapping[Function, str]) -> bool:
    """Whether a use of a table is more than a look into it: `M.__index = M` and what its own functions do are not."""
    parent = unit.parents.get(read)
    if isinstance(parent, Index) or (isinstance(parent, Assign) and any(read.name in _owner(t) for t in parent.targets)):
        return False
    function = unit.function_of(read)
    return function is None or members.get(function) != read.name


def _owner(target: Expr) -> tuple[str, ...]:
    return (target.object.name,) if isinstance(target, Index) and isinstance(target.object, Name) else ()


def _is_inside(place: int, named: Named) -> bool:
    return named.function.start <= place < named.function.end


def _type_coverage(unit: Unit) -> float:
    """The share of parameters, results and locals whose type is written or follows from the value they begin with."""
    counted = [
        variable for variable in unit.variables if variable.kind not in ("self", "loop", "function") and variable.name != "_"
    ]
    known = sum(_has_type(unit, variable) for variable in counted)
    known += sum(function.returns is not None for function in unit.functions)
    total = len(counted) + len(unit.functions)
    return known / total if total else 1.0


def _has_type(unit: Unit, variable: Variable) -> bool:
    if variable.annotation is not None:
        return True
    value = variable.value
    return value is not None and variable.position == 0 and variable.kind != "parameter" and type_of(unit, value) is not None


def _is_strict(unit: Unit) -> bool:
    """Whether the source begins with `--!strict`: the compiler reads it in front of the first token only."""
    first = unit.tokens.starts[0]
    return any(comment.start < first and comment.text.rstrip() == "--!strict" for comment in unit.comments)


def _services(unit: Unit) -> tuple[int, float]:
    """(services fetched, share of them that is fetched once, at the top level and above the functions)."""
    calls: dict[str, list[bool]] = {}
    first_function = min((named.statement.start for named in named_functions(unit)), default=COLUMN_MASK << 24)
    for call in unit.methods("GetService"):
        service = literal(call.args[0]) if call.args else None
        if service is not None:
            at_top = call.start < first_function and isinstance(unit.parents.get(call), Local) and unit.function_of(call) is None
            calls.setdefault(service, []).append(at_top)
    good = sum(places == [True] for places in calls.values())
    return len(calls), good / len(calls) if calls else 1.0


def _has_two_phases(named: list[Named]) -> bool:
    """Whether a table has a function that prepares and one that starts."""
    by_owner: dict[str, set[str]] = {}
    for one in named:
        if one.owner is not None and one.function.body.statements:
            by_owner.setdefault(one.owner, set()).add(one.name.lower())
    return any(phases <= names for phases in _TWO_PHASES for names in by_owner.values())


def _comment_share(unit: Unit, code: int) -> float:
    """Lines of comments among those of comments and code."""
    lines = sum(line_of(comment.end) - line_of(comment.start) + 1 for comment in unit.comments)
    return lines / (lines + code) if lines + code else 0.0
