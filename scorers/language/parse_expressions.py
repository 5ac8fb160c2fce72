"""The parser's part for expressions. Written after the grammar and `Parser.cpp` of luau-lang/luau 0.735."""

from scorers.language.expressions import (
    Binary,
    Boolean,
    Call,
    Cast,
    Expr,
    Field,
    Function,
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
    Table,
    Unary,
    Vararg,
)
from scorers.language.foreign import explain
from scorers.language.parse_types import TypeParser
from scorers.language.position import COLUMN_BITS
from scorers.language.statements import Attribute, Binding
from scorers.language.tokens import BAD, INTERP, INTERP_BEGIN, INTERP_END, INTERP_MID, NAME, NUMBER, STRING
from scorers.language.types import GenericParameter, Type

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
_FOREIGN_BINARY = {"!=": "~=", "&&": "and", "||": "or"}
_AMBIGUOUS = "ambiguous: this may be the arguments of a call or a new statement"
"""Refused by the compiler; read as a call, as there."""


class ExpressionParser(TypeParser):
    """Reads expressions; function bodies need blocks, which the subclass reads."""

    def function_body(self, start: int, attributes: list[Attribute], what: str, *, has_self: bool = False) -> Function:
        """Read `(params) ... end`."""
        raise NotImplementedError

    def attributes(self) -> list[Attribute]:
        """Read `@name` and `@[name, ...]`."""
        raise NotImplementedError

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
                if op != BAD or self.texts[self.i] not in _FOREIGN_BINARY:
                    break
                op = self.foreign_operator()
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
            self.note(self.starts[at], self.ends[at], "unexpected `!`", "write `not`")
            kind = "not"
        self.i = at + 1
        operand = self.expression(_UNARY_PRIORITY)
        return Unary(self.starts[at], operand.end, kind, operand)

    def foreign_operator(self) -> str:
        """`!=`, `&&`, `||`: noted, and read as what was meant."""
        at = self.i
        meant = _FOREIGN_BINARY[self.texts[at]]
        self.note(self.starts[at], self.ends[at], f"unexpected `{self.texts[at]}`", f"write `{meant}`")
        return meant

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
        return self.missing("expected an expression")

    def check_vararg(self, at: int) -> None:
        """`...` needs a function that takes them."""
        raise NotImplementedError

    def missing(self, message: str) -> Missing:
        """Notes that an expression should stand here; takes nothing."""
        idiom = explain(self.tokens, self.i)
        hint, language = (idiom.hint, idiom.language) if idiom else (None, None)
        self.problem(f"{message}, got {self.shown()}", hint, language=language)
        place = self.ends[self.i - 1] if self.i else self.starts[self.i]
        return Missing(place, place)

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
                    self.note(starts[at], ends[at], _AMBIGUOUS, "end the line before with `;`, or put the bracket on it")
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
        self.expect_name("after `.`")
        return Index(result.start, self.ends[self.i - 1], result, "", self.ends[self.i - 1])

    def method(self, result: Expr) -> Expr:
        """`:name(args)`, perhaps with type arguments."""
        self.i += 1
        name, name_start, name_end = self.expect_name("of a method after `:`")
        types = self.instantiation() if self.kinds[self.i] == "<" and self.kinds[self.i + 1] == "<" else []
        if self.kinds[self.i] in ("(", "{", STRING):
            args = self.arguments()
        else:
            args = []
            self.problem(f"expected `(` after the method `{name}`, got {self.shown()}", "a method is called: `object:method()`")
        call = MethodCall(result.start, max(self.ends[self.i - 1], name_end), result, name, name_start, args)
        return Instantiate(call.start, call.end, call, types) if types else call

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
            return self.missing("expected an expression")
        self.i = opener + 1
        value = self.expression()
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
        self.closes(")", at, "the arguments")
        return args

    def expression_list(self) -> list[Expr]:
        """`a, b, c`, at least one."""
        found = [self.expression()]
        while self.kinds[self.i] == ",":
            self.i += 1
            if self.kinds[self.i] == ")":
                self.problem("expected an expression after `,`, got `)`", "remove the comma")
                break
            found.append(self.expression())
        return found

    def table(self) -> Expr:
        """A table constructor; the cursor is at `{`."""
        opener, depth = self.i, self.depth
        self.deeper()
        kinds = self.kinds
        self.i = opener + 1
        fields: list[Field] = []
        while kinds[self.i] not in ("}", "<eof>"):
            before = self.i
            fields.append(self.field())
            if kinds[self.i] in (",", ";"):
                self.i += 1
            elif kinds[self.i] == "}" or not self.resumes_table(before):
                break
        self.closes("}", opener, "the table")
        self.depth = depth
        return Table(self.starts[opener], self.ends[self.i - 1], fields)

    def resumes_table(self, before: int) -> bool:
        """Between two entries the comma is missing. True where the table goes on all the same."""
        at = self.i
        kind, after = self.kinds[at], self.kinds[at + 1] if at + 1 < len(self.kinds) else ""
        goes_on = kind in (STRING, NUMBER, "{", "[") or (kind == NAME and after in ("=", ",", "}")) or kind == "function"
        if not goes_on or at == before:
            return False
        blamed = at - 1 if self.is_first_on_line(at) else at
        self.problem("expected `,` between two entries of a table", "end the entry before with a comma", at=blamed)
        self.panic = False
        return True

    def field(self) -> Field:
        """One entry of a table constructor."""
        at = self.i
        kind, start = self.kinds[at], self.starts[at]
        if kind == NAME and self.kinds[at + 1] == "=":
            self.i = at + 2
            value = self.expression()
            return Field(start, value.end, None, self.texts[at], value)
        if kind == "[":
            self.i = at + 1
            key = self.expression()
            self.closes("]", at, "the key")
            self.expect("=", "after a key in brackets")
            value = self.expression()
            return Field(start, value.end, key, None, value)
        value = self.expression()
        if self.kinds[self.i] == ":" and self.kinds[at] in (NAME, STRING):
            idiom = "JavaScript" if kind == NAME else "Python"
            key_form = "name = value" if kind == NAME else '["name"] = value'
            self.problem("expected `=` after a key, got `:`", f"write `{key_form}`", language=idiom)
        return Field(start, value.end, None, None, value)

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
                hint = "format with string.format" if part == ":" else "close the expression with `}`"
                self.problem(f"expected `}}` in an interpolated string, got {self.shown()}", hint)
                texts.append("")
                break
            texts.append(self.texts[self.i][1:-1])
            is_open = part == INTERP_MID
            self.i += 1
        self.depth = depth
        return Interpolated(self.starts[at], self.ends[self.i - 1], texts, values)

    def binding(self, where: str) -> Binding:
        """`name` or `name: type`."""
        name, start, end = self.expect_name(where)
        if self.kinds[self.i] == ":":
            self.i += 1
            annotation = self.type()
            return Binding(start, annotation.end, name, annotation)
        return Binding(start, end, name, None)

    def generic_parameters(self) -> list[GenericParameter]:
        """`<T>` where it stands."""
        return self.generics() if self.kinds[self.i] == "<" else []
