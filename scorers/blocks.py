"""Structure over the tokens of one source: matching brackets and blocks, functions, declared names.

Tolerant of broken code: any text has an outline.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from scorers.lexer import Kind, Token, tokenize

BLOCKS = frozenset({"function", "if", "for", "while", "repeat", "do"})
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_STATEMENT_OPENERS = frozenset({"function", "if", "for", "while", "do"})
# An `if` after one of these continues an expression; after anything else it starts a statement.
_EXPRESSION_BEFORE = frozenset({"and", "or", "not", "return", "in", "until", "while", "if", "elseif"})
_ENDS_EXPRESSION = frozenset({")", "]", "}", ";", "...", "?", ">"})


@dataclass(frozen=True, slots=True)
class Function:
    """A function literal or statement. Indices are into `Outline.code`; `name` is "", "f", "M.f" or "M:f"."""

    name: str
    opener: int
    parameters: tuple[int, ...]
    body: int
    end: int


@dataclass(slots=True)
class Outline:
    """Tokens without comments, and how they hang together.

    `opener[i]` is the index of the innermost bracket or block keyword around token i (-1 at the top level), `pair` maps
    each opener to its closer (to `len(code)` where it is missing), `blocks` lists the openers of statement blocks.
    `declared` maps every name bound by local, const, for or a parameter list to the indices where it is bound, `uses`
    every name to all its indices.
    """

    code: list[Token]
    comments: list[Token]
    texts: list[str]
    opener: list[int] = field(default_factory=list)
    pair: dict[int, int] = field(default_factory=dict)
    blocks: list[int] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    declared: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    uses: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def text(self, index: int) -> str:
        """The text of token `index`, "" outside the source."""
        return self.texts[index] if 0 <= index < len(self.texts) else ""

    def kind(self, index: int) -> Kind | None:
        """The kind of token `index`, None outside the source."""
        return self.code[index].kind if 0 <= index < len(self.code) else None

    def matches(self, index: int, *texts: str) -> bool:
        """Do the tokens from `index` on read exactly so?"""
        return index >= 0 and self.texts[index : index + len(texts)] == list(texts)

    def same_line(self, left: int, right: int) -> bool:
        """Do both tokens exist and start on one line?"""
        inside = 0 <= left < len(self.code) and 0 <= right < len(self.code)
        return inside and self.code[left].line == self.code[right].line

    def is_field(self, index: int) -> bool:
        """Is the name a member (`x.name`, `x:name`), a type annotation or a table key rather than a variable?"""
        if self.text(index - 1) in (".", ":", "::"):
            return True
        return self.text(self.opener[index]) == "{" and self.text(index + 1) == "="

    def is_global(self, index: int) -> bool:
        """Is the name a variable that nothing in this source binds?"""
        return self.code[index].text not in self.declared and not self.is_field(index)

    def global_uses(self, name: str) -> list[int]:
        """Indices at which `name` is an unbound variable."""
        return [] if name in self.declared else [i for i in self.uses.get(name, ()) if not self.is_field(i)]

    def callee(self, index: int) -> str:
        """The name called (the last part of `a.b:c`) where `index` is the parenthesis of a call, else ""."""
        named = self.text(index) == "(" and self.kind(index - 1) is Kind.NAME
        return self.texts[index - 1] if named else ""

    def closer(self, index: int) -> int:
        """Index of the token that closes what `index` opens."""
        return self.pair.get(index, len(self.code))


def outline(source: str) -> Outline:
    """Builds the outline of a source; any text is accepted."""
    tokens = tokenize(source)
    code = [token for token in tokens if token.kind is not Kind.COMMENT]
    result = Outline(code, [token for token in tokens if token.kind is Kind.COMMENT], [token.text for token in code])
    _Matcher(result).run()
    for index, token in enumerate(code):
        if token.kind is Kind.NAME:
            result.uses[token.text].append(index)
        _declare(result, index)
    return result


class _Matcher:
    """Fills `opener`, `pair` and `blocks` in one pass with a stack."""

    def __init__(self, target: Outline) -> None:
        self.out = target
        self.stack: list[int] = []
        self.open: Counter[str] = Counter()  # texts on the stack, to drop a stray closer without a search
        self.expression_ifs: set[int] = set()
        self.expression_words: set[int] = set()  # `then` and `else` of if expressions
        self.awaiting_do: set[int] = set()

    def run(self) -> None:
        for index, token in enumerate(self.out.code):
            text = token.text if token.kind in (Kind.KEYWORD, Kind.SYMBOL) else token.kind.value
            self._close(index, text)
            self.out.opener.append(self.stack[-1] if self.stack else -1)
            self._open(index, text)
        for index in self.stack:
            self.out.pair[index] = len(self.out.code)

    def _open(self, index: int, text: str) -> None:
        top = self.stack[-1] if self.stack else -1
        if text in ("(", "[", "{", "interp_begin", "function", "repeat"):
            self._push(index, text)
        elif text in ("while", "for"):
            self.awaiting_do.add(index)
            self._push(index, text)
        elif text == "do":
            if top in self.awaiting_do:
                self.awaiting_do.discard(top)
            else:
                self._push(index, text)
        elif text == "if":
            if self._in_expression(index):
                self.expression_ifs.add(index)
            self._push(index, text)
        elif text == "then" and top in self.expression_ifs:
            self.expression_words.add(index)

    def _push(self, index: int, text: str) -> None:
        self.stack.append(index)
        self.open[self._key(index)] += 1
        if text in BLOCKS and index not in self.expression_ifs:
            self.out.blocks.append(index)

    def _close(self, index: int, text: str) -> None:
        if text in _BRACKETS:
            self._pop(index, frozenset({_BRACKETS[text]}))
        elif text == "end":
            self._pop(index, _STATEMENT_OPENERS)
        elif text == "until":
            self._pop(index, frozenset({"repeat"}))
        elif text == "interp_end":
            self._pop(index, frozenset({"interp_begin"}))
        elif text == "else" and self.stack and self.stack[-1] in self.expression_ifs:
            self._pop(index, frozenset({"if expression"}))
            self.expression_words.add(index)

    def _pop(self, index: int, keys: frozenset[str]) -> None:
        if not any(self.open[key] for key in keys):
            return
        while True:
            top = self.stack.pop()
            self.open[self._key(top)] -= 1
            self.out.pair[top] = index
            if self._key(top) in keys:
                return

    def _key(self, index: int) -> str:
        if index in self.expression_ifs:
            return "if expression"
        token = self.out.code[index]
        return token.kind.value if token.kind is Kind.INTERP_BEGIN else token.text

    def _in_expression(self, index: int) -> bool:
        kind, text = self.out.kind(index - 1), self.out.text(index - 1)
        if kind is Kind.SYMBOL:
            in_table = bool(self.stack) and self.out.texts[self.stack[-1]] == "{"
            return text not in _ENDS_EXPRESSION or (text == ";" and in_table)
        if kind is Kind.KEYWORD:
            return text in _EXPRESSION_BEFORE or index - 1 in self.expression_words
        return kind in (Kind.INTERP_BEGIN, Kind.INTERP_MID)


def _declare(out: Outline, index: int) -> None:
    text, kind = out.texts[index], out.kind(index)
    if text == "function" and kind is Kind.KEYWORD:
        _declare_function(out, index)
    elif text in ("local", "for") or (text == "const" and out.same_line(index, index + 1)):
        _bind(out, bound_names(out, index + 1))


def _declare_function(out: Outline, index: int) -> None:
    at = index + 1
    while out.kind(at) is Kind.NAME or out.text(at) in (".", ":"):
        at += 1
    name = "".join(out.texts[index + 1 : at])
    if name and out.text(index - 1) in ("local", "const", "type"):
        out.declared[name].append(index + 1)
    if out.text(at) == "<":
        at = _skip_generics(out, at)
    parameters = tuple(bound_names(out, at + 1)) if out.text(at) == "(" else ()
    _bind(out, parameters)
    body = out.closer(at) + 1 if out.text(at) == "(" else at
    if out.text(body) == ":":
        body = skip_type(out, body + 1)
    end = out.closer(index)
    out.functions.append(Function(name, index, parameters, min(body, end), end))


def _bind(out: Outline, indices: list[int] | tuple[int, ...]) -> None:
    for index in indices:
        out.declared[out.texts[index]].append(index)


def bound_names(out: Outline, index: int) -> list[int]:
    """Indices of the names in `a: T, b, ...` from `index` on."""
    names: list[int] = []
    while out.kind(index) is Kind.NAME:
        names.append(index)
        index += 1
        if out.text(index) == ":":
            index = skip_type(out, index + 1)
        if out.text(index) != ",":
            break
        index += 1
    return names


def skip_type(out: Outline, index: int) -> int:
    """The index after the type that starts at `index` (where there is none: `index`)."""
    while True:
        if out.text(index) in ("|", "&", "..."):
            index += 1
            continue
        index = _skip_type_atom(out, index)
        while out.text(index) == "?":
            index += 1
        if out.text(index) not in ("|", "&", "->"):
            return index
        index += 1


def _skip_type_atom(out: Outline, index: int) -> int:
    if out.text(index) in ("(", "{"):
        return out.closer(index) + 1
    if out.text(index) in ("nil", "true", "false") or out.kind(index) is Kind.STRING:
        return index + 1
    if out.kind(index) is not Kind.NAME:
        return index
    if out.text(index) == "typeof" and out.text(index + 1) == "(":
        return out.closer(index + 1) + 1
    index += 1
    while out.text(index) == "." and out.kind(index + 1) is Kind.NAME:
        index += 2
    return _skip_generics(out, index) if out.text(index) == "<" else index


def _skip_generics(out: Outline, index: int) -> int:
    depth = 0
    while index < len(out.code):
        depth += {"<": 1, ">": -1}.get(out.texts[index], 0)
        index += 1
        if depth == 0 or (out.kind(index) is Kind.KEYWORD and out.text(index) not in ("nil", "true", "false")):
            break
    return index
