"""The tolerant parser: a source becomes a syntax tree and the list of what the compiler would refuse.

Recursive descent, written after the grammar and `Parser.cpp` of luau-lang/luau 0.735. A missing token is noted and taken
as if it had been there; after a problem the rest of the statement is skipped to where a statement may begin, so that one
mistake is one finding. Nesting beyond `MAX_DEPTH` is refused, as by the compiler.
"""

from scorers.language.cursor import TooDeep
from scorers.language.expressions import Call, Expr, Index, Instantiate, MethodCall, Missing, Name, Subscript
from scorers.language.parse_broken import BLOCK_ENDS, BrokenParser
from scorers.language.parse_declarations import COMPOUND
from scorers.language.statements import (
    Assign,
    Attribute,
    Binding,
    Block,
    Break,
    BrokenStatement,
    CallStatement,
    CompoundAssign,
    Continue,
    Do,
    FunctionDeclaration,
    GenericFor,
    If,
    NumericFor,
    Repeat,
    Return,
    Stat,
    While,
)
from scorers.language.tokens import EOF, NAME, Tokens

_NO_VALUE = frozenset((";", "local", "for", "while", "repeat", "return", "break", "do"))
"""What no value begins with: `return` was the end of its block."""


class Parser(BrokenParser):
    """Reads statements."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.statements = {
            "local": self.local,
            "if": self.if_statement,
            "for": self.for_statement,
            "while": self.while_statement,
            "repeat": self.repeat_statement,
            "do": self.do_statement,
            "function": self.function_declaration,
            "return": self.return_statement,
            "break": self.break_statement,
            "@": self.attributed,
        }

    def chunk(self) -> Block:
        """The whole source. Ends where nesting is too deep."""
        found: list[Stat] = []
        try:
            while True:
                self.block_statements(found)
                if self.kinds[self.i] == EOF:
                    break
                self.pairing.unexpected(self.i)
                self.i += 1
                self.panic = False
        except TooDeep:
            pass
        return Block(self.starts[0], self.ends[-1], found)

    def block(self) -> Block:
        """Statements up to a word that ends a block."""
        self.deeper()
        start = self.ends[self.i - 1]
        found: list[Stat] = []
        self.block_statements(found)
        self.depth -= 1
        return Block(start, self.starts[self.i], found)

    def block_statements(self, found: list[Stat]) -> None:
        """Read statements into `found`."""
        kinds = self.kinds
        while (kind := kinds[self.i]) not in BLOCK_ENDS:
            before = self.i
            problems = len(self.problems)
            read = self.statements.get(kind)
            statement = self.expression_statement() if read is None else read()
            found.append(statement)
            if self.panic or len(self.problems) > problems:
                self.synchronise(before)
            if kinds[self.i] == ";":
                self.i += 1
            is_last = isinstance(statement, Return | Break | Continue)
            if is_last and (kinds[self.i] in BLOCK_ENDS or self.after_last(statement)):
                break

    # Statements

    def expression_statement(self) -> Stat:
        """A call, an assignment, or a statement that begins with a contextual keyword."""
        at = self.i
        kind, after = self.kinds[at], self.kinds[at + 1] if self.kinds[at] != EOF else EOF
        if kind == NAME and after in (NAME, "function", "local", "@"):
            contextual = self.contextual(self.texts[at], after)
            if contextual is not None:
                return contextual
        if kind not in (NAME, "("):
            return self.no_statement()
        problems = len(self.problems)
        expr = self.primary()
        if self.panic and self.rewinds_to_brace(at, problems):
            return BrokenStatement(self.starts[at], self.ends[self.i - 1], [])
        kind = self.kinds[self.i]
        if kind == "=" or kind == ",":
            return self.assignment(expr)
        if kind in COMPOUND:
            return self.compound(expr)
        called = expr.function if isinstance(expr, Instantiate) else expr
        if isinstance(called, Call | MethodCall):
            return CallStatement(expr.start, expr.end, expr)
        if isinstance(expr, Name) and expr.name == "continue":
            return self.continue_statement(at)
        return self.incomplete(expr, at)

    def assignment(self, first: Expr) -> Stat:
        """`a, b = 1, 2`; the cursor is after the first target."""
        targets = [self.target(first)]
        while self.kinds[self.i] == ",":
            self.i += 1
            targets.append(self.target(self.primary()))
        hint = "one target only can be changed in this way" if self.kinds[self.i] in COMPOUND else None
        if not self.expect("=", "in an assignment", hint):
            return BrokenStatement(first.start, self.ends[self.i - 1], list(targets))
        values = self.expression_list()
        return Assign(first.start, values[-1].end, targets, values)

    def compound(self, first: Expr) -> Stat:
        """`target += value`; the cursor is at the operator."""
        op = self.kinds[self.i]
        target = self.target(first)
        self.i += 1
        value = self.expression()
        return CompoundAssign(first.start, value.end, op, target, value)

    def target(self, expr: Expr) -> Expr:
        """Only a variable or a field can be assigned to."""
        if not isinstance(expr, Name | Index | Subscript | Missing):
            self.note(expr.start, expr.end, "the target of an assignment must be a variable or a field", None)
        return expr

    def if_statement(self) -> Stat:
        """`if ... end`; the cursor is at `if`."""
        at = self.i
        conditions: list[Expr] = []
        blocks: list[Block] = []
        otherwise: Block | None = None
        while True:
            opener = self.i
            self.i += 1
            conditions.append(self.head(opener, "then", f"after the condition of `{self.texts[opener]}`"))
            if self.is_value(opener):
                return BrokenStatement(self.starts[at], self.ends[self.i - 1], conditions)
            blocks.append(self.block())
            if self.kinds[self.i] != "elseif":
                break
        if self.kinds[self.i] == "else":
            otherwise = self.else_block()
        self.pairing.close("end", at, "`if`")
        return If(self.starts[at], self.ends[self.i - 1], conditions, blocks, otherwise)

    def is_value(self, opener: int) -> bool:
        """Whether `if` at token `opener` was the Python expression `a if condition else b`; skips its line then."""
        if self.kinds[self.i] != "else" or self.is_first_on_line(opener) or self.kinds[self.i - 1] in ("then", "{", ":"):
            return False
        if self.line(opener) != self.line(self.i):
            return False
        self.skip_line(opener)
        return True

    def else_block(self) -> Block:
        """The block after `else`; a second one is noted. The cursor is at the word."""
        at = self.i
        if self.kinds[at + 1] == "if" and self.line(at) == self.line(at + 1):
            self.pairing.else_if(at)
        self.i = at + 1
        self.read_over_sign()
        block = self.block()
        while (word := self.kinds[self.i]) in ("else", "elseif") and self.pairing.belongs(self.i, at):
            self.slip(f"unexpected `{word}`: the `else` on line {self.line(at)} is the last part of its `if`", "remove it")
            self.i += 1
            if word == "elseif":
                self.head(self.i - 1, "then", "after the condition of `elseif`")
            block.statements.extend(self.block().statements)
        return block

    def read_over_sign(self) -> None:
        """`:`, `{` or `then` after `else`."""
        kind = self.kinds[self.i]
        if kind in (":", "{", "then"):
            self.slip(f"unexpected `{kind}` after `else`", "nothing stands after `else`; `end` closes its block")
            self.braces += kind == "{"
            self.i += 1

    def condition(self) -> Expr:
        """A condition; `=` in it is noted as what it is."""
        value = self.expression()
        if self.kinds[self.i] == "=":
            self.slip("`=` in a condition", "compare with `==`")
            self.i += 1
            self.expression()
        return value

    def head(self, opener: int, word: str, where: str) -> Expr:
        """A condition and the word after it; token `opener` is what the condition belongs to."""
        problems = len(self.problems)
        value = self.condition()
        if self.kinds[self.i] == word:
            self.i += 1
            self.panic = False
        elif self.rewinds_to_brace(opener, problems):
            return Missing(value.start, value.start)
        else:
            self.expect_word(opener, word, where)
        return value

    def expect_word(self, opener: int, word: str, where: str) -> None:
        """Note that `then` or `do` is missing; what follows is a block all the same."""
        at = self.i
        last = self.last_on_line(opener)
        hint = f"write `{word}` before the block"
        if self.kinds[last] == ":" and last < self.i:
            hint = f"write `{word}`, and close the block with `end`"
            self.problem(f"expected `{word}` {where}, got `:`", hint, at=last, language="Python")
            self.skip_line(opener)
            return
        if self.is_nearly(word):
            hint = f"did you mean `{word}`?"
        self.problem(f"expected `{word}` {where}, got {self.shown()}", hint, at=self.before())
        while at <= last and self.kinds[at] not in ("do", "then", ":", "{") and not self.is_first_on_line(at):
            if self.kinds[at] in BLOCK_ENDS or self.kinds[at] in ("return", "break", "local"):
                break
            at += 1
        if self.is_nearly(word):
            self.i += 1
        elif self.kinds[at] in ("do", "then", ":", "{") and at <= last:
            self.braces += self.kinds[at] == "{"
            self.i = at + 1
        self.panic = False

    def while_statement(self) -> Stat:
        """`while ... end`; the cursor is at `while`."""
        at = self.i
        self.i += 1
        condition = self.head(at, "do", "after the condition of `while`")
        body = self.loop_body(at, "`while`")
        return While(self.starts[at], self.ends[self.i - 1], condition, body)

    def loop_body(self, opener: int, what: str) -> Block:
        """The body of a loop and its `end`."""
        self.loops += 1
        body = self.block()
        self.loops -= 1
        self.pairing.close("end", opener, what)
        return body

    def repeat_statement(self) -> Stat:
        """`repeat ... until ...`; the cursor is at `repeat`."""
        at = self.i
        self.i += 1
        self.loops += 1
        body = self.block()
        self.loops -= 1
        self.pairing.close("until", at, "`repeat`")
        condition = self.condition()
        return Repeat(self.starts[at], condition.end, body, condition)

    def do_statement(self) -> Stat:
        """`do ... end`; the cursor is at `do`."""
        at = self.i
        self.i += 1
        body = self.block()
        self.pairing.close("end", at, "`do`")
        return Do(self.starts[at], self.ends[self.i - 1], body)

    def for_statement(self) -> Stat:
        """Both kinds of `for`; the cursor is at the word."""
        at = self.i
        self.i += 1
        if self.kinds[self.i] == "(":
            return self.foreign_for(at)
        bindings = [self.binding("the name of a loop variable")]
        if self.kinds[self.i] == "=":
            return self.numeric_for(at, bindings[0])
        while self.kinds[self.i] == ",":
            self.i += 1
            bindings.append(self.binding("the name of a loop variable"))
        values: list[Expr] = []
        if self.kinds[self.i] == "in":
            self.i += 1
            values = self.expression_list()
        else:
            hint = "write `for i = first, last do` or `for key, value in items do`"
            self.slip(f"expected `=` or `in` after `for`, got {self.shown()}", hint)
            if self.kinds[self.i] not in ("do", EOF):
                self.panic = False
                values = self.expression_list()
        body = self.for_body(at)
        return GenericFor(self.starts[at], self.ends[self.i - 1], bindings, values, body)

    def numeric_for(self, at: int, binding: Binding) -> Stat:
        """`for i = a, b, c do`; the cursor is at `=`."""
        self.i += 1
        first = self.expression()
        if (
            self.expect(",", "between the bounds of a numeric `for`", "write `for i = first, last do`")
            or self.kinds[self.i] != "do"
        ):
            self.panic = self.panic and self.kinds[self.i] == "do"
            last = self.expression()
        else:
            last = Missing(first.end, first.end)
        step: Expr | None = None
        if self.kinds[self.i] == ",":
            self.i += 1
            step = self.expression()
        body = self.for_body(at)
        return NumericFor(self.starts[at], self.ends[self.i - 1], binding, first, last, step, body)

    def for_body(self, at: int) -> Block:
        """`do ... end` of the loop that token `at` begins."""
        if self.kinds[self.i] == "do":
            self.i += 1
            self.panic = False
        else:
            self.expect_word(at, "do", "after the head of `for`")
        return self.loop_body(at, "`for`")

    def foreign_for(self, at: int) -> Stat:
        """`for (int i = 0; i < n; i++)` and its kin: noted, the head read over; the cursor is at the bracket."""
        self.slip("expected the name of a loop variable, got `(`", "write `for i = first, last do`")
        last = self.last_on_line(at)
        names = [
            i for i in range(at + 2, min(last, at + 20)) if self.kinds[i] == NAME and self.kinds[i + 1] in ("=", ",", "]", NAME)
        ]
        bindings = [Binding(self.starts[i], self.ends[i], self.texts[i], None) for i in names]
        self.braces += self.kinds[last] == "{"
        self.skip_line(at)
        body = self.loop_body(at, "`for`")
        return GenericFor(self.starts[at], self.ends[self.i - 1], bindings, [], body)

    def function_declaration(self, attributes: list[Attribute] | None = None) -> Stat:
        """`function a.b:c() ... end`; the cursor is at `function`."""
        at = self.i
        self.i += 1
        name, start, end = self.expect_name("the name of the function")
        target: Expr = Name(start, end, name)
        method = False
        depth = self.depth
        while self.kinds[self.i] in (".", ":") and not method:
            method = self.kinds[self.i] == ":"
            self.i += 1
            self.deeper()
            name, name_start, end = self.expect_name(f"a name after `{self.texts[self.i - 1]}`")
            target = Index(start, end, target, name, name_start)
        self.depth = depth
        function = self.function_body(at, attributes or [], f"function `{name}`", has_self=method)
        return FunctionDeclaration(self.starts[at], function.end, target, method, function)

    def return_statement(self) -> Stat:
        """`return values`; the cursor is at the word."""
        at = self.i
        self.i += 1
        kind = self.kinds[self.i]
        values = [] if kind in BLOCK_ENDS or kind in _NO_VALUE else self.expression_list()
        return Return(self.starts[at], self.ends[self.i - 1], values)

    def break_statement(self) -> Stat:
        """`break`; the cursor is at the word."""
        at = self.i
        self.i += 1
        self.check_loop(at, "break")
        return Break(self.starts[at], self.ends[at])

    def continue_statement(self, at: int) -> Stat:
        """`continue`, already read."""
        self.check_loop(at, "continue")
        return Continue(self.starts[at], self.ends[at])

    def check_loop(self, at: int, word: str) -> None:
        """`break` and `continue` need a loop in the same function."""
        if not self.loops:
            hint = "to leave a function write `return`"
            self.note(self.starts[at], self.ends[at], f"`{word}` must be inside a loop", hint)
