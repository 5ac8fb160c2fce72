"""What repeats a benchmark task is found; what only looks like one is not."""

import pytest

from eval.contamination import BenchmarkFingerprint, Match, code_tokens, prompt_words
from eval.errors import EvalError

IS_EVEN = "Write a Luau function `isEven(n)` that returns true when n is even and false otherwise."
SUM_LIST = "Write a Luau function `sumList(numbers)` that returns the sum of all numbers in the list. An empty list gives 0."
CLAMP = "Write a Luau function `clampAll(values, low, high)` that clamps each value to at least `low` and at most `high`."

IS_EVEN_CODE = "local function isEven(n)\n\treturn n % 2 == 0\nend\n\nreturn isEven\n"
SUM_LIST_CODE = """local function sumList(numbers)
	local total = 0
	for _, number in numbers do
		total += number
	end
	return total
end

return sumList
"""
CLAMP_CODE = """local function clampAll(values: {number}, low: number, high: number): {number}
	local clamped = {}
	for index, value in values do
		if value < low then
			clamped[index] = low
		elseif value > high then
			clamped[index] = high
		else
			clamped[index] = value
		end
	end
	return clamped
end

return clampAll
"""

BENCHMARK = BenchmarkFingerprint.from_tasks(
    [
        ("is-even", IS_EVEN, IS_EVEN_CODE, "isEven"),
        ("sum-list", SUM_LIST, SUM_LIST_CODE, "sumList"),
        ("clamp-all", CLAMP, CLAMP_CODE, "clampAll"),
    ]
)


@pytest.mark.parametrize("prompt", [IS_EVEN, SUM_LIST, f"\n{CLAMP}  "])
def test_a_copied_prompt_is_exact(prompt: str) -> None:
    match = BENCHMARK.match_prompt(prompt)
    assert match is not None
    assert match.kind == "exact"


@pytest.mark.parametrize(
    ("prompt", "task_id"),
    [
        (IS_EVEN.upper(), "is-even"),
        ("write a luau function isEven(n), that returns TRUE when n is even -- and false otherwise", "is-even"),
        (IS_EVEN.replace("isEven", "hasNoRemainder"), "is-even"),
        (SUM_LIST.replace(" ", "\n  "), "sum-list"),
        (SUM_LIST.replace("`sumList(numbers)`", "**`addUp(numbers)`**").replace(".", "!"), "sum-list"),
        (f"You are an expert.\n\n{SUM_LIST}\n\nAnswer with one code block.", "sum-list"),
        ("* " + CLAMP.replace("`low`", "low").replace("`high`", "high"), "clamp-all"),
    ],
)
def test_case_punctuation_layout_name_and_surroundings_do_not_hide_a_prompt(prompt: str, task_id: str) -> None:
    assert BENCHMARK.match_prompt(prompt) == Match(task_id, "normalised", 1.0)


def test_other_filler_words_do_not_hide_a_prompt() -> None:
    reworded = "Please create a function `even(n)` in Luau which should return true when n is even and false otherwise."
    match = BENCHMARK.match_prompt(reworded)
    assert match is not None
    assert (match.task_id, match.kind) == ("is-even", "near")


def test_one_replaced_word_hides_no_long_prompt() -> None:
    words = [f"word{number}" for number in range(60)]
    long = BenchmarkFingerprint.from_tasks([("long", " ".join(words), IS_EVEN_CODE, "isEven")])
    words[30] = "other"
    match = long.match_prompt(" ".join(words))
    assert match is not None
    assert match.kind == "near"
    assert 0.8 <= match.similarity < 1


@pytest.mark.parametrize(
    "prompt",
    [
        "Write a Luau function `isOdd(n)` that returns true when n is odd and false otherwise.",
        "Write a Luau function `isEven(n)` that returns false when n is odd.",
        SUM_LIST.replace("sumList", "product").replace("sum of", "product of").replace("0", "1"),
        SUM_LIST.replace("gives 0", "gives 1"),
        CLAMP.replace("least", "LEAST").replace("most", "least"),
        "Write a Luau function `reverse(text)` that returns the text backwards.",
        "Write a Luau function",
        "",
    ],
)
def test_a_neighbouring_task_is_another_task(prompt: str) -> None:
    assert BENCHMARK.match_prompt(prompt) is None


def test_a_prompt_that_is_only_a_name_is_told_apart_by_it() -> None:
    named = BenchmarkFingerprint.from_tasks([("p", "Write a Luau function `isPrime(n)`.", IS_EVEN_CODE, "isPrime")])
    assert named.match_prompt("Write a Luau function `isEven(n)`.") is None
    assert named.match_prompt("write a luau function isPrime(n)") == Match("p", "normalised", 1.0)


def test_short_questions_match_only_when_equal() -> None:
    question = "What is the correct replacement for delay() in modern Luau?"
    short = BenchmarkFingerprint.from_tasks([("q", question, IS_EVEN_CODE, "delay")])
    assert short.match_prompt(question.replace("delay", "wait")) is None
    assert short.match_prompt(question.replace("is the", "is a")) is None
    assert short.match_prompt(question.lower()) == Match("q", "normalised", 1.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("returns the value a + b here now", "returns the value a * b here now"),
        ("when x > 0 give y z", "when x < 0 give y z"),
        ("the first 3 items of x", "the first 5 items of x"),
        ("x y z give -1", "x y z give 1"),
    ],
)
def test_operators_and_numbers_are_words(one: str, other: str) -> None:
    assert prompt_words(one) != prompt_words(other)


def test_markdown_and_arrows_are_punctuation() -> None:
    plain = prompt_words("Rules alpha beta gamma delta 1 2")
    assert prompt_words("# Rules\n* **alpha**, beta\n- `gamma` -> ~delta~\n> 1-2") == plain


def test_copied_code_is_exact() -> None:
    assert BENCHMARK.match_code(SUM_LIST_CODE.strip()) == Match("sum-list", "exact", 1.0)


@pytest.mark.parametrize(
    ("code", "task_id"),
    [
        ("function f(x) return x % 2 == 0 end", "is-even"),
        ("local function add(xs)\n  local s = 0 -- sum\n  for _, x in xs do s += x end\n  return s\nend", "sum-list"),
        (
            CLAMP_CODE.replace("clamped", "out").replace("value", "v").replace("low", "a").replace("high", "b"),
            "clamp-all",
        ),
    ],
)
def test_renaming_layout_comments_and_export_do_not_hide_code(code: str, task_id: str) -> None:
    assert BENCHMARK.match_code(code) == Match(task_id, "normalised", 1.0)


def test_a_small_edit_of_longer_code_is_near() -> None:
    match = BENCHMARK.match_code(CLAMP_CODE.replace("local clamped = {}", "local clamped: {number} = {}"))
    assert match is not None
    assert (match.task_id, match.kind) == ("clamp-all", "near")
    assert 0.8 <= match.similarity < 1


@pytest.mark.parametrize(
    "code",
    [
        IS_EVEN_CODE.replace("== 0", "== 1"),
        IS_EVEN_CODE.replace("%", "//"),
        SUM_LIST_CODE.replace("+=", "*=").replace("= 0", "= 1"),
        "local function first(list)\n\treturn list[1]\nend",
        "return 1",
        "",
    ],
)
def test_other_code_is_other_code(code: str) -> None:
    assert BENCHMARK.match_code(code) is None


def test_tiny_code_must_be_equal() -> None:
    tiny = BenchmarkFingerprint.from_tasks([("two", IS_EVEN, "local function two() return 2 end", "two")])
    assert tiny.match_code("function zwei() return 2 end") == Match("two", "normalised", 1.0)
    assert tiny.match_code("function zwei() return 3 end") is None


def test_only_declared_names_are_numbered() -> None:
    source = "local a, b: number = math.max(1, 2), t.a\nfor i = 1, a do print(i, b, a) end"
    assert " ".join(code_tokens(source)) == (
        "local $0 , $1 : number = math . max ( 1 , 2 ) , t . a for $2 = 1 , $0 do print ( $2 , $1 , $0 ) end"
    )


def test_globals_tell_code_apart() -> None:
    assert code_tokens("local function f(x) return tostring(x) end") != code_tokens("local function f(x) return tonumber(x) end")


@pytest.mark.parametrize(("prompt", "code"), [("", IS_EVEN_CODE), (IS_EVEN, "-- nothing yet")])
def test_a_task_without_prompt_or_code_is_refused(prompt: str, code: str) -> None:
    with pytest.raises(EvalError, match="nothing-here"):
        BenchmarkFingerprint.from_tasks([("nothing-here", prompt, code, "f")])
