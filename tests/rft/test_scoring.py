"""Scoring: each distinct answer is evaluated once, and what was not scored is an error."""

import hashlib
import json
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from eval.task import Task
from rft import scoring
from rft.scoring import Scoring, ScoringError, extracted, facts_of, score_key
from rft.store import RunStore
from rollouts.store import Candidate
from scorers import SCORERS_VERSION
from scorers.compiler import compiler_version
from scorers.errors import WorkerFailed
from scorers.execution import Evaluation, LuauPool, Status, Tests
from scorers.execution.tests import Kind
from tests.rft.world import a_task, some_facts

RIGHT, WRONG = "return type", "return function() return 1 end"
ONE, TWO = a_task("one", number=1), a_task("two", number=2)


def world_task(kind: Kind) -> Task:
    fields = a_task("world").model_dump(exclude={"entry_point", "kind", "world", "tests"})
    return Task(**fields, kind=kind, tests='test("names it", function() expect(workspace.Name).toEqual("x") end)')


SCRIPT = world_task("script")


def candidate(text: str, index: int = 0, *, task: Task = ONE, finish: Any = "stop") -> Candidate:
    return Candidate("round-1", task.id, index, f"key-{index}", text, len(text), finish)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes that the pool was asked to evaluate, in order."""
    codes: list[str] = []
    really = LuauPool.submit_evaluate

    def listening(pool: LuauPool, code: str, tests: Tests | None, static: bool = True, **more: Any) -> Future[Evaluation]:
        codes.append(code)
        return really(pool, code, tests, static, **more)

    monkeypatch.setattr(LuauPool, "submit_evaluate", listening)
    return codes


def score_all(store: RunStore, *candidates: Candidate) -> None:
    with Scoring(store) as queue:
        for each in candidates:
            queue.submit(each, ONE)
        queue.finish()


def test_each_distinct_answer_is_evaluated_once(store: RunStore, asked: list[str]) -> None:
    same = [RIGHT, f"```luau\n{RIGHT}\n```", f"Here:\n```\n{RIGHT}\n```\nDone."]
    score_all(store, *(candidate(text, i) for i, text in enumerate([*same, WRONG])))
    assert asked == [RIGHT, WRONG]
    assert [facts_of(store, candidate(text), ONE).execution.ok for text in [*same, WRONG]] == [True, True, True, False]
    score_all(store, candidate(RIGHT), candidate(WRONG))
    assert asked == [RIGHT, WRONG], "a resumed run asks for nothing that is stored"


def test_other_tests_are_another_question(store: RunStore) -> None:
    assert score_key(RIGHT, ONE) != score_key(RIGHT, TWO)
    score_all(store, candidate(RIGHT))
    with pytest.raises(ScoringError, match=r"candidate 0 of two in round-1 has no score"):
        facts_of(store, candidate(RIGHT, task=TWO), TWO)


def test_the_keys_of_function_tasks_never_change() -> None:
    """Every stored score hangs on them."""
    facts = [RIGHT, ONE.fingerprint(), SCORERS_VERSION, compiler_version()]
    assert score_key(RIGHT, ONE) == hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def test_another_world_is_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    before = score_key(RIGHT, SCRIPT), score_key(RIGHT, ONE)
    monkeypatch.setattr(scoring, "_world_version", lambda: "another")
    assert score_key(RIGHT, SCRIPT) != before[0]
    assert score_key(RIGHT, ONE) == before[1]


FILES = "### ServerScriptService/A.server.luau\n```luau\nlocal B = require(script.Parent.B)\nworkspace.Name = B\n```"
MODULE = '### ServerScriptService/B.luau\n```luau\nreturn "x"\n```'
CALL = '<tool_call>{"name": "get_studio_mode", "arguments": {}}</tool_call>'


@pytest.mark.parametrize(
    ("kind", "reply", "code"),
    [
        ("script", f"It is:\n```luau\n{RIGHT}\n```", RIGHT),
        ("files", f"{MODULE}\nand\n{FILES}", f"{FILES}\n\n{MODULE}"),
        ("tools", f"I look.\n{CALL}", '[{"arguments": {}, "name": "get_studio_mode"}]'),
        ("tools", "I call get_studio_mode.", "[]"),
    ],
)
def test_an_answer_is_read_as_its_task_asks(kind: Kind, reply: str, code: str) -> None:
    assert extracted(candidate(reply), world_task(kind)).code == code


@pytest.mark.parametrize(
    ("kind", "reply", "compiles", "passes"),
    [
        ("script", '```luau\nworkspace.Name = "x"\n```', True, True),
        ("script", '```luau\nworkspace.Name = "y"\n```', True, False),
        ("files", f"{MODULE}\n{FILES}", True, True),
        ("files", FILES.replace("require", "require("), False, False),
        ("files", '```luau\nworkspace.Name = "x"\n```', True, False),
        ("tools", "I call get_studio_mode.", False, False),
    ],
)
def test_answers_in_the_world(store: RunStore, kind: Kind, reply: str, compiles: bool, passes: bool) -> None:
    task, answer = world_task(kind), candidate(reply)
    with Scoring(store) as queue:
        queue.submit(answer, task)
        queue.finish()
    facts = facts_of(store, answer, task)
    assert (facts.static.compiles, facts.execution.ok, facts.eligible) == (compiles, passes, passes)
    assert facts.execution.total == 1


def test_what_the_world_does_not_model_is_not_eligible() -> None:
    facts = some_facts()
    assert facts.eligible
    assert not replace(facts, execution=replace(facts.execution, status=Status.UNSUPPORTED)).eligible


def test_a_missing_score_is_no_zero(store: RunStore) -> None:
    with pytest.raises(ScoringError) as caught:
        facts_of(store, candidate(RIGHT), ONE)
    assert "rft resume" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "finish", "compiles", "passes", "truncated"),
    [
        (RIGHT, "stop", True, True, False),
        (RIGHT, "length", True, True, True),
        (f"```luau\n{RIGHT}", "stop", True, True, True),
        (WRONG, "stop", True, False, False),
        ("return (", "stop", False, False, False),
        ("", "stop", True, False, False),
        ("while true do end", "stop", True, False, False),
    ],
)
def test_what_is_known_of_an_answer(
    store: RunStore, text: str, finish: str, compiles: bool, passes: bool, truncated: bool
) -> None:
    answer = candidate(text, finish=finish)
    score_all(store, answer)
    facts = facts_of(store, answer, ONE)
    assert (facts.static.compiles, facts.execution.ok, facts.truncated) == (compiles, passes, truncated)
    assert facts.execution.total == 1, "whatever the code does, its task has the same number of cases"
    assert facts.eligible == (passes and not truncated)


def test_what_no_scorer_can_read_has_no_static_merit(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours in a scorer is a fact about that answer; the run goes on."""
    really = LuauPool.submit_evaluate

    def failing(pool: LuauPool, code: str, tests: Tests | None, static: bool = True, **more: Any) -> Future[Evaluation]:
        if not static:
            return really(pool, code, tests, static, **more)
        broken: Future[Evaluation] = Future()
        broken.set_exception(WorkerFailed("scoring failed"))
        return broken

    monkeypatch.setattr(LuauPool, "submit_evaluate", failing)
    score_all(store, candidate(RIGHT))
    facts = facts_of(store, candidate(RIGHT), ONE)
    assert (facts.static.compiles, facts.static.composite, facts.execution.ok) == (None, 0.0, True)
    assert not facts.eligible


def test_tests_that_never_run_are_an_error(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LuauPool, "evaluate", lambda *_args, **_more: Evaluation.from_json(NOTHING))
    monkeypatch.setattr(LuauPool, "submit_evaluate", lambda *_args, **_more: _done(Evaluation.from_json(NOTHING)))
    with pytest.raises(ScoringError, match="the tests of task one could not be run"):
        score_all(store, candidate(RIGHT))
    assert store.score(score_key(RIGHT, ONE)) is None


NOTHING: dict[str, Any] = {"compiled": {"ok": True, "line": None, "message": None}, "execution": None, "static": None}


def _done(evaluation: Evaluation) -> Future[Evaluation]:
    future: Future[Evaluation] = Future()
    future.set_result(evaluation)
    return future
