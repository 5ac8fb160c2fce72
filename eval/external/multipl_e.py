"""MultiPL-E (Cassano et al. 2022, arXiv:2208.08227): HumanEval and MBPP translated to Lua, one JSON object a line.

`prompt` is a comment and the head of a function, `tests` is a LuaUnit file, `stop_tokens` end a completion. A reply may
continue the prompt, as base models do, or hold the whole function, as chat models do. There are no references.
"""

import re
from functools import partial
from pathlib import Path

from eval.external.jsonl import read_rows, text_field
from eval.external.lua import unsupported_lua
from eval.external.row import Row, SuiteError, shim
from scorers.execution import Tests
from scorers.extraction import ExtractedCode, extract_code
from scorers.language import canonical_tokens, parse

HINT = 'A row is {"name": ..., "language": "lua", "prompt": ..., "tests": ..., "stop_tokens": [...]}.'
QUESTION = (
    "Complete this function. It runs under Luau, so use only what Luau has. "
    "Answer with the whole function in one ```luau block.\n\n```lua\n{prompt}\n```"
)
_HEAD = re.compile(r"^[ \t]*(?:local[ \t]+)?function[ \t]+([A-Za-z_]\w*)[ \t]*\(", re.MULTILINE)
_ASSERTION = re.compile(r"\blu\.(\w+)")
_DEFINED = re.compile(r"\blu\.(\w+)(?=[^\n=]*=|\()")
_UNDER_TEST = frozenset(("luaunit",))


def read_multipl_e(file: Path) -> tuple[Row, ...]:
    """The rows of a file. Raises SuiteError naming the line that is wrong."""
    rows = tuple(_row(fields, place) for place, fields in read_rows(file))
    if not rows:
        raise SuiteError(f"{file} holds no row.", hint=HINT)
    return rows


def _row(fields: dict[str, object], place: str) -> Row:
    name, prompt, tests = (text_field(fields, key, place, HINT) for key in ("name", "prompt", "tests"))
    stops = fields.get("stop_tokens", [])
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop for stop in stops):
        raise SuiteError(f"{place}: `stop_tokens` is not a list of texts.", hint=HINT)
    if fields.get("language", "lua") != "lua":
        raise SuiteError(f"{place}: the language is {fields['language']!r}.", hint="Only the Lua rows of MultiPL-E run here.")
    heads = list(_HEAD.finditer(prompt))
    if not heads:
        raise SuiteError(f"{place}: the prompt ends in no head of a function.", hint=HINT)
    return Row(
        id=name,
        category=name.split("_")[0].lower(),
        prompt=QUESTION.format(prompt=prompt.rstrip("\n")),
        tests=Tests(heads[-1][1], _executable(tests)),
        read_reply=partial(code_of, prompt=prompt, before=prompt[: heads[-1].start()], stops=tuple(stops)),
        unsupported=unsupported_lua("its tests", tests, _UNDER_TEST) or _unknown_assertion(tests),
    )


def _executable(tests: str) -> str:
    """LuaUnit runs the global functions whose names begin with `test`; here each is a case."""
    names = sorted(name for name in parse(tests).global_writes if name.lower().startswith("test"))
    cases = "\n".join(f'test("{name}", {name})' for name in names)
    return "\n".join((shim("common"), shim("luaunit"), tests, cases))


def _unknown_assertion(tests: str) -> str | None:
    known = set(_DEFINED.findall(shim("luaunit")))
    unknown = [name for name in _ASSERTION.findall(tests) if name not in known]
    return f"its tests: lu.{unknown[0]} is not there" if unknown else None


def code_of(reply: str, finish_reason: str, *, prompt: str, before: str, stops: tuple[str, ...]) -> ExtractedCode:
    """The function that a reply gives, whether it continues the prompt or writes it anew. Cut at a stop token, a completion
    is whole although the model went on to its limit."""
    found = extract_code(reply, finish_reason=finish_reason)
    ends = () if found.fenced else (at for stop in stops if (at := found.code.find(stop)) >= 0)
    body = found.code[: min(ends, default=len(found.code))]
    is_cut = len(body) < len(found.code)
    continued = f"{prompt}{body}"
    if not parse(continued).errors:
        return ExtractedCode(continued, found.fenced, found.truncated and not is_cut)
    if found.fenced or not parse(found.code).errors:
        # A prompt may define helpers before the function itself.
        helpers = before if canonical_tokens(before) else ""
        return ExtractedCode(f"{helpers}{found.code}", found.fenced, found.truncated)
    return ExtractedCode(continued, False, found.truncated and not is_cut)
