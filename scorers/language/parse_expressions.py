"""The parser's part for expressions. Written after the grammar and `Parser.cpp` of luau-lang/luau 0.735."""

from scorers.language.expressions import (
    Binary,
    Boolean,
    Call,
    Cast,
    Expr,
    Group,
    IfElse,
    Index,
    Instantiate,
    Interpolated,
    MethodCall,
    Missing,
    Name,
    Nil,
    Number,
    String,
    Subscript,
    Unary,
    Vararg,
)
from scorers.language.parse_foreign import ForeignParser
from scorers.language.position import COLUMN_BITS
from scorers.language.statements import Binding
from scorers.language.tokens import BAD, INTERP, INTERP_BEGIN, INTERP_END, INTERP_MID, KEYWORDS, NAME, NUMBER, STRING
from scorers.language.types import Type

_ADD, _MULTIPLY, _COMPARE = (6, 6), (7, 7), (3, 3)
BINARY = {
    **dict.fromkeys(("+", "-"), _ADD),
    **dict.fromkeys(("*", "/", "//", "%"), _MULTIPLY),
    "^": (10, 9),
    "..": (5, 4),
    **dict.fromkeys(("~=", "==", "<", "<=", ">", ">="), _COMPARE),
    "and": (2, 2),
    "or": (1, 1),
}
"""How strongly an operator holds its left and its right side."""
_UNARY = ("not", "-", "#")
_UNARY_PRIORITY = 8
_AMBIGUOUS = "ambiguous: this may be the arguments of a call or a new statement"
"""Refused by the compiler; read as a call, as there."""
_AMBIGUOUS_HINT = "end the line before with `;`, or put the bracket on it"


class ExpressionParser(ForeignParser):
    """Reads expressions; function bodies need blocks, which the subclass reads."""

    def expression(self, limit: int = 0) -> Expr:
        """An expression whose binary operators all hold more strongly than `limit`."""
        self.deeper()
        depth = self.depth
        kinds = self.kinds
        at = self.i
        kind = kinds[at]
        is_unary = kind in _UNARY or (kind == BAD and self.texts[at] == "!")
        left = self.unary(kind) if is_unary else self.simple()
        while True:
            op = kinds[self.i]
            priority = BINARY.get(op)
            if priority is None:
                if op != BAD and op != "=":
                    break
                op, left = self.foreign_operator(left, at)
                if not op:
                    break
                priority = BINARY[op]
            if priority[0] <= limit:
                break
            op_start = self.starts[self.i]
            self.i += 1
            right = self.expression(priority[1])
            left = Binary(left.start, right.end, op, op_start, left, right)
            # Not recursive here, but the tree grows in depth all the same.
            self.deeper()
        self.depth = depth - 1
        return left

    def unary(self, kind: str) -> Expr:
        """`not x`, `-x`, `#x`, and `!x` with a problem."""
        at = self.i
        if kind == BAD:
            self.note(self.starts[at], self.ends[at], "unexpected `!`", "write `not`", "C/JavaScript")
            kind = "not"
        self.i = at + 1
        operand = self.expression(_UNARY_PRIORITY)
        return Unary(self.starts[at], operand.end, kind, operand)

    def simple(self) -> Expr:
        """An expression without operators, perhaps with a cast."""
        at = self.i
        kind = self.kinds[at]
        result: Expr
        if kind == NAME or kind == "(":
            result = self.primary()
        elif kind == STRING:
            self.i = at + 1
            result = String(self.starts[at], self.ends[at], self.texts[at])
        elif kind == NUMBER:
            self.i = at + 1
            result = Number(self.starts[at], self.ends[at], self.texts[at])
        elif kind == "{":
            result = self.table()
        elif kind == "function":
            self.i = at + 1
            result = self.function_body(at, [], "this function")
        elif kind == "nil":
            self.i = at + 1
            result = Nil(self.starts[at], self.ends[at])
        elif kind == "true" or kind == "false":
            self.i = at + 1
            result = Boolean(self.starts[at], self.ends[at], kind == "true")
        else:
            result = self.rare(kind, at)
        if self.kinds[self.i] == "::":
            self.i += 1
            annotation = self.type()
            return Cast(result.start, annotation.end, result, annotation)
        return result

    def rare(self, kind: str, at: int) -> Expr:
        """Expressions that are seldom written, and what is none."""
        if kind == "...":
            self.i = at + 1
            if self.kinds[at + 1] == NAME and self.touches(at + 1):
                hint = "copy the entries in a loop, or write `table.unpack(list)`"
                self.slip(f"unexpected {self.shown()} after `...`", hint, language="JavaScript")
                self.i = at + 2
            else:
                self.check_vararg(at)
            return Vararg(self.starts[at], self.ends[at])
        if kind == "if":
            return self.if_else()
        if kind in (INTERP, INTERP_BEGIN):
            return self.interpolated()
        if kind == "@":
            attributes = self.attributes()
            if self.kinds[self.i] == "function":
                self.i += 1
                return self.function_body(at, attributes, "this function")
            self.problem(f"expected a function after the attribute, got {self.shown()}", "attributes stand before functions only")
        return self.missing()

    def primary(self) -> Expr:
        """A name or a group with everything that may follow it: fields, calls, type arguments."""
        at = self.i
        kinds, starts, ends = self.kinds, self.starts, self.ends
        start = starts[at]
        result: Expr
        if kinds[at] == NAME:
            self.i = at + 1
            result = Name(start, ends[at], self.texts[at])
        else:
            result = self.group()
        depth = self.depth
        while True:
            at = self.i
            kind = kinds[at]
            if kind == ".":
                self.i = at + 1
                if kinds[at + 1] == NAME:
                    self.i = at + 2
                    result = Index(start, ends[at + 1], result, self.texts[at + 1], starts[at + 1])
                else:
                    result = self.broken_index(result)
            elif kind == "(":
                if starts[at] >> COLUMN_BITS != ends[at - 1] >> COLUMN_BITS:
                    self.note(starts[at], ends[at], _AMBIGUOUS, _AMBIGUOUS_HINT)
                args = self.arguments()
                result = Call(start, ends[self.i - 1], result, args)
            elif kind == ":":
                result = self.method(result)
            elif kind == "[":
                self.i = at + 1
                key = self.expression()
                self.closes("]", at, "the index")
                result = Subscript(start, ends[self.i - 1], result, key)
            elif kind == STRING or kind == "{":
                result = Call(start, result.end, result, self.arguments())
                result.end = ends[self.i - 1]
            elif kind == "<" and kinds[at + 1] == "<":
                result = Instantiate(start, result.end, result, self.instantiation())
                result.end = ends[self.i - 1]
            else:
                self.depth = depth
                return result
            self.deeper()

    def broken_index(self, result: Expr) -> Expr:
        """`object.` without a name."""
        self.expect_name("a name after `.`")
        return Index(result.start, self.ends[self.i - 1], result, "", self.ends[self.i - 1])

    def method(self, result: Expr) -> Expr:
        """`:name(args)`, perhaps with type arguments; the cursor is at the colon."""
        colon = self.i
        at = self.i = colon + 1
        if self.kinds[at] != NAME and (self.kinds[at] not in KEYWORDS or self.kinds[at + 1] != "("):
            self.problem(f"expected the name of a method after `:`, got {self.shown()}", at=colon)
            return result
        name, name_start, name_end = self.texts[at], self.starts[at], self.ends[at]
        if self.kinds[at] != NAME:
            hint = f"`{name}` is a word of the language: write `object.{name.title()}(object)`"
            self.slip(f"expected the name of a method after `:`, got `{name}`", hint)
        self.i = at + 1
        types = self.instantiation() if self.kinds[self.i] == "<" and self.kinds[self.i + 1] == "<" else []
        args: list[Expr] = []
        if self.kinds[self.i] in ("(", "{", STRING):
            if self.kinds[self.i] == "(" and self.line(self.i) != self.line(at):
                self.note(self.starts[self.i], self.ends[self.i], _AMBIGUOUS, _AMBIGUOUS_HINT)
            args = self.arguments()
        else:
            self.no_call(colon)
        call = MethodCall(result.start, max(self.ends[self.i - 1], name_end), result, name, name_start, args)
        return Instantiate(call.start, call.end, call, types) if types else call

    def no_call(self, colon: int) -> None:
        """After `object:name` a call must follow."""
        if self.line(colon) != self.line(colon + 1):  # a colon that ends its line was not meant for a method
            self.problem(f"expected a method call after `:`, got {self.shown(colon + 1)}", "remove the `:`", at=colon)
            self.i = colon + 1
            return
        hint = "a method is called: `object:method()`"
        if self.kinds[self.i] in ("=", ".", "+=", "-="):
            hint = "a property is written with a dot: `object.name`; a method is called: `object:method()`"
        name = self.texts[colon + 1]
        self.problem(f"expected `(` after the method `{name}`, got {self.shown()}", hint, at=self.before())

    def instantiation(self) -> list[Type]:
        """`<<A, B>>`; the cursor is at the first `<`."""
        opener = self.i
        self.i += 1
        types = self.type_arguments()
        self.closes(">", opener, "the type arguments")
        return types

    def group(self) -> Expr:
        """`(value)`; the cursor is at the bracket."""
        opener = self.i
        if self.kinds[opener] != "(":
            return self.missing()
        self.i = opener + 1
        if self.kinds[opener + 1] in (")", "...") and (arrow := self.arrow_function(opener)) is not None:
            return arrow
        value = self.expression()
        if self.kinds[self.i] in (",", ":") and (arrow := self.arrow_function(opener)) is not None:
            return arrow
        self.closes(")", opener, "the bracket")
        return Group(self.starts[opener], self.ends[self.i - 1], value)

    def arguments(self) -> list[Expr]:
        """`(a, b)`, `"text"` or `{ ... }`; the cursor is at the first token."""
        at = self.i
        kind = self.kinds[at]
        if kind == STRING:
            self.i = at + 1
            return [String(self.starts[at], self.ends[at], self.texts[at])]
        if kind == "{":
            return [self.table()]
        self.i = at + 1
        if self.kinds[at + 1] == ")":
            self.i = at + 2
            return []
        args = self.expression_list()
        while self.kinds[self.i] != ")" and self.lacks_comma(at):
            blamed = self.before()
            self.slip(f"expected `,` or `)` after an argument, got {self.shown()}", "separate arguments with `,`", at=blamed)
            args.extend(self.expression_list())
        self.closes(")", at, "the arguments")
        return args

    def if_else(self) -> Expr:
        """`if a then b elseif c then d else e`; the cursor is at `if` or `elseif`."""
        at, depth = self.i, self.depth
        self.deeper()
        self.i = at + 1
        condition = self.expression()
        self.expect("then", "in an if expression")
        value = self.expression()
        if self.kinds[self.i] == "elseif":
            otherwise = self.if_else()
        else:
            self.expect("else", "in an if expression", "an if expression needs its `else`")
            otherwise = self.expression()
        self.depth = depth
        return IfElse(self.starts[at], otherwise.end, condition, value, otherwise)

    def interpolated(self) -> Expr:
        """A backtick string; the cursor is at its first part."""
        at, depth = self.i, self.depth
        self.deeper()
        texts = [self.texts[at][1:-1]]
        values: list[Expr] = []
        self.i = at + 1
        is_open = self.kinds[at] == INTERP_BEGIN
        while is_open:
            if self.kinds[self.i] in (INTERP_MID, INTERP_END):
                self.problem("expected an expression between the braces of an interpolated string", r"write `\{` for a brace")
                values.append(Missing(self.starts[self.i], self.starts[self.i]))
            else:
                values.append(self.expression())
            part = self.kinds[self.i]
            if part not in (INTERP_MID, INTERP_END):
                hint = "close the expression with `}`"
                if part == ":" or self.kinds[self.i - 1] == ":":
                    hint = "an interpolated string takes no format: use string.format"
                self.problem(f"expected `}}` in an interpolated string, got {self.shown()}", hint)
                texts.append("")
                break
            texts.append(self.texts[self.i][1:-1])
            is_open = part == INTERP_MID
            self.i += 1
        self.depth = depth
        return Interpolated(self.starts[at], self.ends[self.i - 1], texts, values)

    def binding(self, what: str) -> Binding:
        """`name` or `name: type`."""
        name, start, end = self.expect_name(what)
        if self.kinds[self.i] == ":":
            self.i += 1
            annotation = self.type()
            return Binding(start, annotation.end, name, annotation)
        return Binding(start, end, name, None)
