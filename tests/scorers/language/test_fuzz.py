"""Whatever the text is: no exception, sane positions, a bounded list, and the same answer twice."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scorers.language import KEYWORDS, parse
from tests.scorers.language.corpus import rows
from tests.scorers.language.programs import programs

MAX_ERRORS = 1_000
_SYMBOLS = """+ - * / // % ^ # == ~= <= >= < > = ( ) { } [ ] ; : :: -> , . .. ... += -= *= /= //= %= ^= ..= & | ? @ @[ ! !=
&& || ~ $ \\ ` `{ }` << >> --[[ ]] [[ [==[ ]==] -- " ' 0x 1e 1i .5 5. \\u{ \\x é “ ”"""
_ODD = ("\n", "\r\n", "\r", "\t", "\0", "\ud800", "\ufeff")
_WORDS = (
    *sorted(KEYWORDS),
    "x",
    "f",
    "continue",
    "type",
    "export",
    "const",
    "read",
    "typeof",
    "@native",
    "def",
    "class",
    "1",
    '"s"',
)
_tokens = st.sampled_from((*_SYMBOLS.split(), *_ODD, *_WORDS))
_settings = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def check(source: str) -> None:
    """What holds for every source."""
    errors = parse(source).errors
    assert len(errors) <= MAX_ERRORS
    lines = source.split("\n")
    for error in errors:
        assert error.message
        assert 1 <= error.line <= len(lines), error
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1, error
    assert list(errors) == sorted(errors, key=lambda error: (error.line, error.column))
    assert parse(source).errors == errors


@_settings
@given(st.text(st.characters(exclude_categories=())))
@example("\0")
@example("local x = 'a\0b'\0 --[[\0")
@example("\ud800 = '\udfff' `{\ud800}`")
@example("\ufefflocal x = 1")
@example("local a = 1\r\nlocal b == 2\r\n\rlocal c\r")
@example("if x then\n\t  \tfoo(\n \t\n  end\t")
@example("#!")
@example("\\\n\\")
@example("local s = 'unfinished \\")
@example("`{`{`{")
@example("--[==[")
def test_any_text(source: str) -> None:
    check(source)


@_settings
@given(st.lists(_tokens, max_size=40), st.sampled_from((" ", "", "\n", "\r\n")), st.sampled_from((1, 60)))
def test_token_soup(tokens: list[str], separator: str, times: int) -> None:
    """Repeated, it has more mistakes than a parser lists."""
    check(separator.join(tokens * times))


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A valid program or snippet with some of its words deleted, doubled, swapped, replaced or new, perhaps cut."""
    seeds = st.sampled_from([row["code"] for row in rows("valid")])
    words = draw(st.one_of(seeds, programs())).split(" ")
    for _ in range(draw(st.integers(1, 3))):
        place, other = (draw(st.integers(0, len(words) - 1)) for _ in range(2))
        kind = draw(st.sampled_from(("delete", "double", "swap", "insert", "replace")))
        if kind == "delete" and len(words) > 1:
            del words[place]
        elif kind == "double":
            words.insert(place, words[place])
        elif kind == "swap":
            words[place], words[other] = words[other], words[place]
        elif kind == "insert":
            words.insert(place, draw(_tokens))
        else:
            words[place] = draw(_tokens)
    source = " ".join(words)
    return source[: draw(st.integers(0, len(source)))] if draw(st.booleans()) else source


@_settings
@given(mutations())
def test_mutated_programs(source: str) -> None:
    check(source)


def test_every_prefix_of_a_script() -> None:
    """Code that stops anywhere, as an answer that ran into its length limit does."""
    code = next(row["code"] for row in rows("valid") if row["id"] == "script-chat-commands")
    for end in range(0, len(code), 3):
        check(code[:end])
