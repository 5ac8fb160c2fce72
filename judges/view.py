"""How a judge is shown a candidate: in one canonical form, inside a block that its text cannot close.

Comments are the cheapest way to speak to a judge (Moon et al., arXiv 2505.16222), so the lexer takes them out. What two
candidates share after that is the same question, and it is paid once.
"""

import hashlib
import json
import re
import unicodedata
from typing import Any

from judges.layout import laid_out
from judges.tripwire import tripwire as tripwire
from scorers.extraction import extract_files
from scorers.language.tokens import canonical_tokens, tokenize

_LUAU_FIELDS = frozenset(("code", "source"))
"""Arguments of tool calls that hold Luau, in any case."""
_BLANK = r"\s|\\u\{[0-9A-F]{1,6}\}"
_SLASH = r"[/／⁄∕\\]"
_TAG = re.compile(
    rf"[<＜﹤‹〈](?=(?:(?=(?:{_BLANK})*+{_SLASH})(?:{_BLANK}|{_SLASH})*+)?(?:submission|facts))",
    re.IGNORECASE,
)
"""A tag of ours however it is blown up. `a < submission` is code."""
_LINE_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")


def canonical(code: str, kind: str) -> str:
    """The answer without comments and laid out anew, so that equal tokens give equal text. Strings stay as they are.

    `kind` is that of `scorers.execution.tests`. Files stand one behind the other under their paths; tool calls are JSON with
    sorted keys, one a line. What the lexer or the JSON reader cannot read is shown as it is written, without trailing blanks:
    it does not compile, and the caps hold it down.
    """
    if kind == "files":
        return _files(code)
    return _calls(code) if kind == "tools" else _luau(code)


def as_written(code: str) -> str:
    """The answer as it is, without trailing blanks."""
    return "\n".join(line.rstrip() for line in _LINE_BREAKS.sub("\n", code).split("\n")).strip("\n")


def nonce(candidate: str) -> str:
    """12 hex digits of the text's hash. A writer cannot know them before the text is finished, and the same text has the same."""
    return hashlib.sha256(candidate.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def guarded(text: str) -> str:
    """Text that can neither close a marked block nor hide: tags of ours lose their `<`, invisible characters become escapes."""
    return _TAG.sub("&lt;", "".join(map(_visible, text)))


def _visible(char: str) -> str:
    if char in "\n\t" or " " <= char <= "~":
        return char
    return f"\\u{{{ord(char):X}}}" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else char


def _luau(code: str) -> str:
    tokens = tokenize(code)
    text = laid_out(tokens)
    is_read = not tokens.problems and canonical_tokens(text) == tuple(tokens.texts[:-1])
    return text if is_read else as_written(code)


def _files(text: str) -> str:
    files = extract_files(text)
    parts = [f"File: {file.path or '(no path)'}\n{_luau(file.code)}" for file in files]
    return "\n\n".join(parts) if parts else as_written(text)


def _calls(text: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return as_written(text)
    calls = value if isinstance(value, list) else [value]
    try:
        return "[\n" + ",\n".join(_dumped(_stripped(call)) for call in calls) + "\n]" if calls else "[]"
    except RecursionError:
        return as_written(text)


def _dumped(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _stripped(value: Any) -> Any:
    """The value with the Luau in it in its canonical form."""
    if isinstance(value, list):
        return [_stripped(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _luau(item) if key.lower() in _LUAU_FIELDS and isinstance(item, str) else _stripped(item)
        for key, item in value.items()
    }
