"""Mistakes in measuring, scoring and testing, in asking a judge, and in beginning a workspace."""

import importlib

from tests.rft.mistakes import OK, PAUSED, SAID_NO, WRONG_INPUT, Mistake, Prepare, World

DEAF = 9
"""A port that no program listens on."""


def holding(place: str, content: str | bytes) -> Prepare:
    """The workspace holds this file too."""

    def prepare(world: World) -> None:
        world.write(place, content)

    return prepare


def code_and_tests(code: str, tests: str) -> Prepare:
    """Code in double.luau, tests in tests.luau."""

    def prepare(world: World) -> None:
        world.write("double.luau", code)
        world.write("tests.luau", tests)

    return prepare


def no_key(world: World) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        world.patch.delenv(name, raising=False)
    world.patch.setenv("HOME", str(world.folder))
    world.trust_tasks()


def nobody_answers(world: World) -> None:
    world.patch.setenv("ANTHROPIC_API_KEY", "not-a-key")
    world.trust_tasks()
    # The package has a function so called.
    world.patch.setattr(importlib.import_module("judges.claude.preflight"), "_ATTEMPTS", 1)
    world.append("rft.toml", f'\n[judge]\nbackend = "claude"\nbase_url = "http://127.0.0.1:{DEAF}"\n')


def impatient(world: World) -> None:
    world.patch.setattr("rollouts.endpoint_client.ATTEMPTS", 1)


def nothing_to_spend(world: World) -> None:
    world.append("rft.toml", '\n[judge]\nbackend = "claude"\n[judge.budget]\nrun_usd = -1\n')


DOUBLE = "return function(x) return 2 * x end"
MEASURING = [
    Mistake(
        "a suite that there is not",
        "rft eval --reference --suite builtin:quikstart",
        WRONG_INPUT,
        "there is no built-in suite",
        "'builtin:quikstart'",
        "builtin:quickstart",
    ),
    Mistake(
        "a kind of suite that there is not",
        "rft eval --reference --suite humaneval:x",
        WRONG_INPUT,
        "there is no kind of suite",
        "'humaneval'",
        "Kinds: ",
    ),
    Mistake(
        "a suite's file is not there",
        "rft eval --reference --suite multipl-e:lua.jsonl",
        WRONG_INPUT,
        "there is no file",
        r"lua\.jsonl",
        "Check the path",
    ),
    Mistake(
        "a category that the suite does not have",
        "rft eval --reference --category ui",
        WRONG_INPUT,
        "has no category",
        "'ui'",
        "Categories: even, odd",
    ),
    Mistake("nobody is asked", "rft eval --suite builtin:quickstart", WRONG_INPUT, "Give one of", "--model", "--replies"),
    Mistake(
        "a server is asked without a model",
        "rft eval --endpoint http://127.0.0.1:9/v1",
        WRONG_INPUT,
        "goes with --model",
        "--endpoint",
        "--model",
    ),
    Mistake(
        "replies that are not there",
        "rft eval --replies said.jsonl",
        WRONG_INPUT,
        "there is no file",
        r"said\.jsonl",
        "Check the path",
    ),
    Mistake(
        "replies are no rows",
        "rft eval --replies said.jsonl",
        WRONG_INPUT,
        "it has no 'task'",
        r"said\.jsonl:1",
        "A row is",
        holding("said.jsonl", '{"id": 1}\n'),
    ),
    Mistake(
        "replies of other tasks",
        "rft eval --replies said.jsonl",
        WRONG_INPUT,
        "the suite has no task 'pear'",
        r"said\.jsonl:1",
        "Give the suite",
        holding("said.jsonl", '{"task": "pear", "reply": "f=type"}\n'),
    ),
    Mistake(
        "a file is scored that is not there",
        "rft score shop.luau",
        WRONG_INPUT,
        "there is no such file",
        r"shop\.luau",
        "Check the path",
    ),
    Mistake(
        "a folder is scored that holds no Luau",
        "rft score tasks",
        WRONG_INPUT,
        r"has no \.luau or \.lua file",
        "the folder tasks",
        "Check the path",
    ),
    Mistake(
        "a picture is scored",
        "rft score icon.luau",
        OK,
        "a NUL byte is not allowed",
        r"icon\.luau:3:1",
        "remove it",
        holding("icon.luau", b"\x89PNG\r\n\x1a\n\x00\xff\xfe"),
        on_stdout=True,
    ),
    Mistake(
        "code is tested with a file that is not there",
        "rft test double.luau --tests tests.luau",
        WRONG_INPUT,
        "there is no such file",
        r"tests\.luau",
        "Check the path",
        holding("double.luau", DOUBLE),
    ),
    Mistake(
        "code is tested with broken tests",
        "rft test double.luau --tests tests.luau --entry-point double",
        SAID_NO,
        "the task's tests failed: syntax error",
        "tests:1",
        "Expected",
        code_and_tests("function double(x) return 2 * x end", "test('doubles', functoin() end)"),
        on_stdout=True,
    ),
    Mistake(
        "code fails its tests",
        "rft test double.luau --tests tests.luau --entry-point double",
        SAID_NO,
        "FAILED",
        "doubles",
        "expected the same object as 4, got 2",
        code_and_tests("function double(x) return x end", "test('doubles', function() expect(double(2)).toBe(4) end)"),
        on_stdout=True,
    ),
    Mistake(
        "a server is asked that does not run",
        f"rft eval --endpoint http://127.0.0.1:{DEAF}/v1 --model served --limit 1 --k 1",
        PAUSED,
        "gave no reply: the connection failed",
        r"http://127\.0\.0\.1:\d+/v1",
        "mlx_lm.server",
        impatient,
    ),
    Mistake(
        "an address is asked that is none",
        "rft eval --endpoint localhost:8080 --model served",
        WRONG_INPUT,
        "is no address|cannot be",
        "localhost:8080",
        "http://",
    ),
    Mistake(
        "a judge without a key",
        "rft run --judge claude",
        WRONG_INPUT,
        "there is no key",
        "for Claude",
        "Set ANTHROPIC_API_KEY",
        no_key,
    ),
    Mistake(
        "a judge that does not answer",
        "rft run",
        WRONG_INPUT,
        "there is no connection",
        r"http://127\.0\.0\.1:\d+",
        r"judge\.base_url",
        nobody_answers,
    ),
    Mistake(
        "a budget below nothing",
        "rft run",
        WRONG_INPUT,
        "greater than or equal to 0",
        r"rft\.toml: `judge\.budget\.run_usd`",
        "got -1",
        nothing_to_spend,
    ),
    Mistake("no judge is calibrated", "rft judge calibrate", WRONG_INPUT, "no judge is configured", r"judge", "--judge claude"),
    Mistake(
        "a ledger that there is not",
        "rft judge export",
        WRONG_INPUT,
        "there is no ledger",
        r"judge/ledger\.db",
        "A run with a judge makes one",
    ),
    Mistake(
        "a workspace over another",
        "rft init mine --yes",
        WRONG_INPUT,
        "is there and is not empty",
        "mine",
        "Give another name",
        holding("mine/notes.txt", "Mine."),
    ),
    Mistake(
        "a workspace in the folder one is in",
        "rft init . --yes",
        WRONG_INPUT,
        "cannot be the folder you are in",
        "folder",
        "rft init NAME",
    ),
    Mistake(
        "a workspace of code that is not there",
        "rft init mine --yes --from-code src",
        WRONG_INPUT,
        "there is no file or folder",
        "src",
        "Check the path given to --from-code",
    ),
    Mistake("a workspace with nobody to ask", "rft init mine", WRONG_INPUT, "no terminal to ask", "terminal", "--yes"),
    Mistake(
        "a budget without a judge to pay",
        "rft init mine --yes --judge-budget 3",
        WRONG_INPUT,
        "goes with --judge claude",
        "--judge-budget",
        "--judge claude",
    ),
]
