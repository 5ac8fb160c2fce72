"""The tolerant parser: a source becomes a syntax tree and the list of what the compiler would refuse.

Recursive descent, written after the grammar and `Parser.cpp` of luau-lang/luau 0.735. A missing token is noted and taken
as if it had been there; after a problem the rest of the statement is skipped to where a statement may begin, so that one
mistake is one finding. Nesting beyond `MAX_DEPTH` is refused, as by the compiler.
"""

from scorers.language.cursor import TooDeep
from scorers.language.expressions import Call, Expr, Index, Instantiate, MethodCall, Missing, Name, Subscript
from scorers.language.foreign import explain, explain_near
from scorers.language.parse_declarations import COMPOUND, DeclarationParser
from scorers.language.problem import SyntaxProblem
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
from scorers.language.tokens import EOF, NAME, NUMBER, STRING, Tokens

_BLOCK_ENDS = frozenset(("end", "else", "elseif", "until", EOF))
_STARTS = frozenset(("local", "if", "for", "while", "repeat", "function", "return", "break", "do", "@"))


class Parser(DeclarationParser):
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
        while (kind := kinds[self.i]) not in _BLOCK_ENDS:
            before = self.i
            problems = len(self.problems)
            read = self.statements.get(kind)
            statement = self.expression_statement() if read is None else read()
            found.append(statement)
            if self.panic or len(self.problems) > problems:
                self.synchronise(before)
            if kinds[self.i] == ";":
                self.i += 1
            if isinstance(statement, Return | Break | Continue):
                if kinds[self.i] in _BLOCK_ENDS or self.panic:
                    break
                self.after_last(statement)

    def after_last(self, last: Stat) -> None:
        """A statement after `return`, `break` or `continue`: the block should have ended."""
        word = type(last).__name__.lower()
        self.problem(
            f"expected the block to end after `{word}`, got {self.shown()}", f"make `{word}` the last statement of its block"
        )
        self.panic = False

    def synchronise(self, before: int) -> None:
        """Skip to a place where a statement may begin; at least one token where nothing was read."""
        if not self.panic:
            return
        kinds = self.kinds
        if self.i == before and kinds[self.i] not in _BLOCK_ENDS:
            self.i += 1
        while (kind := kinds[self.i]) not in _BLOCK_ENDS and kind not in _STARTS and kind != ";":
            if kind == NAME and self.is_first_on_line(self.i):
                break
            self.i += 1
        self.panic = False

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
        expr = self.primary()
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

    def no_statement(self) -> Stat:
        """What begins no statement."""
        at = self.i
        idiom = explain(self.tokens, at)
        hint = idiom.hint if idiom else None
        if self.kinds[at] == ";":
            hint = "remove it: an empty statement is not allowed"
        elif hint is None and self.kinds[at] in (STRING, NUMBER, "{"):
            hint = "a statement is a call or an assignment"
        self.problem(f"expected a statement, got {self.shown()}", hint, language=idiom.language if idiom else None)
        return BrokenStatement(self.starts[at], self.ends[at], [])

    def incomplete(self, expr: Expr, at: int) -> Stat:
        """An expression that is neither called nor assigned to."""
        idiom = explain(self.tokens, at) or explain(self.tokens, self.i) or explain_near(self.tokens, at, self.i)
        hint = idiom.hint if idiom else "call it, or assign to it"
        blamed = self.i if self.line(self.i) == expr.end_line and self.kinds[self.i] != EOF else self.i - 1
        language = idiom.language if idiom else None
        self.problem("incomplete statement: expected an assignment or a call", hint, at=blamed, language=language)
        return BrokenStatement(expr.start, expr.end, [expr])

    def assignment(self, first: Expr) -> Stat:
        """`a, b = 1, 2`; the cursor is after the first target."""
        targets = [self.target(first)]
        while self.kinds[self.i] == ",":
            self.i += 1
            targets.append(self.target(self.primary()))
        if not self.expect("=", "in an assignment"):
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
        opener = at
        while True:
            self.i += 1
            conditions.append(self.condition())
            self.expect_then(opener)
            blocks.append(self.block())
            if self.kinds[self.i] != "elseif":
                break
            opener = self.i
        if self.kinds[self.i] == "else":
            if self.kinds[self.i + 1] == "if" and self.line(self.i) == self.line(self.i + 1):
                self.pairing.else_if(self.i)
            self.i += 1
            otherwise = self.block()
        self.pairing.close("end", at, "`if`")
        return If(self.starts[at], self.ends[self.i - 1], conditions, blocks, otherwise)

    def condition(self) -> Expr:
        """A condition; `=` in it is noted as what it is."""
        value = self.expression()
        if self.kinds[self.i] == "=":
            self.problem("`=` in a condition", "compare with `==`")
            self.panic = False
            self.i += 1
            self.expression()
        return value

    def expect_then(self, opener: int) -> None:
        """`then`, blamed on the line of its `if` where it is missing at the end of it."""
        if self.kinds[self.i] == "then":
            self.i += 1
            return
        self.expect_word("then", f"after the condition of `{self.texts[opener]}`")

    def expect_word(self, word: str, where: str) -> None:
        """`then` or `do`; the block after it is read all the same."""
        at = self.i
        idiom = explain(self.tokens, at)
        hint = idiom.hint if idiom else f"write `{word}` before the block"
        if at and self.is_first_on_line(at):
            at -= 1
        self.problem(f"expected `{word}` {where}, got {self.shown()}", hint, at=at, language=idiom.language if idiom else None)
        if self.kinds[self.i] in ("do", "then", ":", "{"):
            self.i += 1
        self.panic = False

    def while_statement(self) -> Stat:
        """`while ... end`; the cursor is at `while`."""
        at = self.i
        self.i += 1
        condition = self.condition()
        body = self.loop_body(at, "`while`")
        return While(self.starts[at], self.ends[self.i - 1], condition, body)

    def loop_body(self, opener: int, what: str) -> Block:
        """`do ... end` of a loop."""
        if self.kinds[self.i] == "do":
            self.i += 1
        else:
            self.expect_word("do", f"after {what}")
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
        bindings = [self.binding("of the loop variable")]
        if self.kinds[self.i] == "=":
            return self.numeric_for(at, bindings[0])
        while self.kinds[self.i] == ",":
            self.i += 1
            bindings.append(self.binding("of the loop variable"))
        if self.kinds[self.i] == "in":
            self.i += 1
        else:
            idiom = explain(self.tokens, self.i)
            self.problem(
                f"expected `=` or `in` after `for`, got {self.shown()}", idiom and idiom.hint, language=idiom and idiom.language
            )
            self.panic = False
            if self.kinds[self.i] in ("do", EOF):
                body = self.loop_body(at, "`for`")
                return GenericFor(self.starts[at], self.ends[self.i - 1], bindings, [], body)
        values = self.expression_list()
        body = self.loop_body(at, "`for`")
        return GenericFor(self.starts[at], self.ends[self.i - 1], bindings, values, body)

    def numeric_for(self, at: int, binding: Binding) -> Stat:
        """`for i = a, b, c do`; the cursor is at `=`."""
        self.i += 1
        first = self.expression()
        self.expect(",", "between the bounds of a numeric `for`")
        last = self.expression()
        step: Expr | None = None
        if self.kinds[self.i] == ",":
            self.i += 1
            step = self.expression()
        body = self.loop_body(at, "`for`")
        return NumericFor(self.starts[at], self.ends[self.i - 1], binding, first, last, step, body)

    def function_declaration(self, attributes: list[Attribute] | None = None) -> Stat:
        """`function a.b:c() ... end`; the cursor is at `function`."""
        at = self.i
        self.i += 1
        name, start, end = self.expect_name("of the function")
        target: Expr = Name(start, end, name)
        method = False
        depth = self.depth
        while self.kinds[self.i] in (".", ":") and not method:
            method = self.kinds[self.i] == ":"
            self.i += 1
            self.deeper()
            name, name_start, end = self.expect_name("in a function's name")
            target = Index(start, end, target, name, name_start)
        self.depth = depth
        function = self.function_body(at, attributes or [], f"function `{name}`", has_self=method)
        return FunctionDeclaration(self.starts[at], function.end, target, method, function)

    def return_statement(self) -> Stat:
        """`return values`; the cursor is at the word."""
        at = self.i
        self.i += 1
        kind = self.kinds[self.i]
        values = [] if kind in _BLOCK_ENDS or kind == ";" else self.expression_list()
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


def parse_tokens(tokens: Tokens) -> tuple[Block, list[SyntaxProblem]]:
    """The tree and the problems of the parser alone (the lexer's are in `tokens.problems`)."""
    parser = Parser(tokens)
    tree = parser.chunk()
    return tree, parser.problems
