"""A round judged: the winners of judging everyone, everyone accounted for, every call paid once."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judges.ledger import Ledger
from judges.outcome import JudgingProgress, JudgingSettings
from tests.judges.scripted import (
    OFF,
    PASSES,
    THRESHOLD,
    WEIGHT,
    Scripted,
    a_round,
    a_task,
    entrant,
    exhaustive,
    flat,
    judge,
    judging,
    winners,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "judge.db") as opened:
        yield opened


@pytest.mark.parametrize("concurrency", [1, 8, 32])
def test_the_winners_are_those_of_judging_everyone_with_fewer_calls(ledger: Ledger, concurrency: int) -> None:
    tasks, provider = a_round(concurrency), Scripted()
    outcomes = judge(provider, ledger, tasks, replace(OFF, concurrency=concurrency))
    assert winners(outcomes) == exhaustive(tasks)
    assert all(outcome.certified for outcome in outcomes.values())
    assert list(outcomes) == list(tasks)
    assert provider.repeated() == []
    assert len(provider.asked) < len({(name, each.code) for name, group in tasks.items() for each in group})
    assert provider.most_at_once <= concurrency
    assert provider.closed == 1


def test_all_candidates_are_accounted_for_and_the_ledger_says_the_same(ledger: Ledger) -> None:
    tasks, provider = a_round(3), Scripted()
    with judging(provider, ledger) as judged:
        for name, entrants in tasks.items():
            judged.add_task(a_task(name), entrants, {"ineligible": 2, "policy": 1})
        outcomes = judged.finish()
    assert all(sum(outcome.kinds.values()) == 8 + 3 for outcome in outcomes.values())
    noted = Counter(dict.fromkeys(("duplicate", "below_threshold", "cannot_win", "ineligible", "policy"), 0))
    for note in ledger.notes("run", "round-1"):
        noted[note.kind] += note.count
    told = Counter[str]()
    for outcome in outcomes.values():
        told.update(outcome.kinds)
    assert noted == {kind: count for kind, count in told.items() if kind != "asked"}
    assert min(noted.values()) > 0
    paid = [use for use in ledger.uses("run", "round-1") if use.source == "paid"]
    assert len(paid) == len(provider.asked)
    assert told["asked"] == sum(use.purpose == "judge" for use in paid)


def test_judging_again_costs_nothing_and_says_the_same(ledger: Ledger) -> None:
    tasks = a_round(4)
    first = judge(Scripted(), ledger, tasks, JudgingSettings(THRESHOLD, WEIGHT))
    again = Scripted()
    second = judge(again, ledger, tasks, JudgingSettings(THRESHOLD, WEIGHT, concurrency=1))
    assert again.asked == []
    assert {name: replace(o, kinds={}) for name, o in second.items()} == {name: replace(o, kinds={}) for name, o in first.items()}
    assert {name: o.kinds for name, o in second.items()} == {name: o.kinds for name, o in first.items()}


def test_answers_of_an_earlier_round_are_told_apart(ledger: Ledger) -> None:
    tasks = {"a": [entrant(0), entrant(1, 0.3)]}
    judge(Scripted(lambda _: flat(0.6)), ledger, tasks)
    provider = Scripted(lambda _: flat(0.6))
    outcome = judge(provider, ledger, tasks, round="round-2")["a"]
    assert provider.asked == []
    assert outcome.kinds == {"ledger": 2}
    assert [(note.kind, note.count) for note in ledger.notes("run", "round-2")] == [("ledger", 2)]


def test_equal_candidates_share_one_opinion_and_the_tie_decides(ledger: Ledger) -> None:
    twins = [entrant(0, 0.4, "same", tie=0.5), entrant(1, 0.4, "same", tie=0.9), entrant(2, 0.4, "same", tie=0.9)]
    provider = Scripted(lambda _: flat(0.75))
    outcome = judge(provider, ledger, {"a": twins})["a"]
    assert len(provider.asked) == 1
    assert outcome.winner is not None
    assert outcome.winner.index == 1
    assert outcome.kinds == {"asked": 1, "duplicate": 2}
    assert outcome.evidence == "It scores 0.75."


def test_a_twin_with_a_lower_static_score_that_can_still_win_is_told_at_no_cost(ledger: Ledger) -> None:
    provider = Scripted(lambda _: flat(0.55))
    outcome = judge(provider, ledger, {"a": [entrant(0, 0.4, "same"), entrant(1, 0.39, "same")]})["a"]
    assert len(provider.asked) == 1
    assert outcome.kinds == {"asked": 1, "duplicate": 1}
    assert [use.source for use in ledger.uses()] == ["paid", "duplicate"]


def test_the_same_question_in_two_tasks_is_paid_once(ledger: Ledger) -> None:
    provider = Scripted(lambda _: flat(0.9))
    with judging(provider, ledger, OFF) as judged:
        for name in ("a", "b"):
            judged.add_task(replace(a_task("same"), id=name), [entrant(0)])
        outcomes = judged.finish()
    assert len(provider.asked) == 1
    assert sorted(str(outcome.kinds) for outcome in outcomes.values()) == ["{'asked': 1}", "{'duplicate': 1}"]


def test_a_borderline_winner_is_confirmed_and_the_optimism_is_told(ledger: Ledger) -> None:
    provider = Scripted(lambda request: flat((0.55, 0.75)[request.sample_index]))
    outcome = judge(provider, ledger, {"a": [entrant(0)]}, JudgingSettings(THRESHOLD, WEIGHT))["a"]
    assert outcome.winner is not None
    assert (outcome.winner.judge, outcome.winner.confirmed, outcome.confirmed) == (0.65, True, 1)
    assert outcome.optimism == pytest.approx(-0.2)
    assert [verdict.score for verdict in outcome.verdicts["key-0"]] == pytest.approx([0.55, 0.75])
    assert sorted(row.purpose for row in ledger.attempts()) == ["confirm", "judge"]


def test_a_suspicious_winner_is_asked_about_twice_even_where_nobody_else_is(ledger: Ledger) -> None:
    provider = Scripted(lambda request: flat((1.0, 0.2)[request.sample_index]))
    outcome = judge(provider, ledger, {"a": [entrant(0, suspicious=True), entrant(1, 0.3)]})["a"]
    assert outcome.scores[0] == pytest.approx(0.6)
    assert outcome.winner is not None
    assert outcome.winner.index == 1


def test_facts_cap_the_opinion(ledger: Ledger) -> None:
    broken = replace(entrant(0), facts=replace(PASSES, compiles=False))
    provider = Scripted(lambda _: flat(1.0))
    outcome = judge(provider, ledger, {"a": [broken, entrant(1, 0.3)]})["a"]
    assert outcome.pruned == {0: "cannot_win"} or outcome.pruned == {0: "below_threshold"}
    assert outcome.winner is not None
    assert outcome.winner.index == 1


def test_a_task_without_candidates_is_decided_at_once(ledger: Ledger) -> None:
    outcome = judge(Scripted(), ledger, {"a": []})["a"]
    assert (outcome.winner, outcome.certified) == (None, True)


def test_what_the_judge_was_worth(ledger: Ledger) -> None:
    opinions = {"return 0": 0.6, "return 1": 0.9, "return 2": 1.0}
    provider = Scripted(lambda request: flat(opinions[request.code]))
    outcome = judge(provider, ledger, {"a": [entrant(0), entrant(1, 0.35), entrant(2, 0.05)]})["a"]
    assert outcome.winner is not None
    assert (outcome.worth.deterministic, outcome.winner.index, outcome.worth.judge) == (0, 1, 1)
    assert not outcome.worth.judge_is_known
    alone = judge(Scripted(lambda _: flat(1.0)), ledger, {"b": [entrant(0, 0.05)]})["b"]
    assert (alone.worth.deterministic, alone.worth.judge, alone.worth.judge_is_known) == (None, None, False)
    known = judge(Scripted(lambda _: flat(1.0)), ledger, {"c": [entrant(0)]})["c"]
    assert known.worth.judge_is_known


def test_tasks_go_in_while_others_are_judged(ledger: Ledger) -> None:
    judged_one = threading.Event()
    seen: list[JudgingProgress] = []

    def on_event(progress: JudgingProgress) -> None:
        seen.append(progress)
        judged_one.set()

    with judging(Scripted(lambda _: flat(0.9)), ledger, OFF, on_event=on_event) as judged:
        judged.add_task(a_task("a"), [entrant(0), entrant(1, 0.3)])
        assert judged_one.wait(30)
        assert seen[-1] == JudgingProgress(1, 1, 0, 1_000_000, 1, 1, 0)
        judged.add_task(a_task("b"), [entrant(0)])
        assert judged.finish().keys() == {"a", "b"}
    assert (seen[-1].verdicts, seen[-1].certified, seen[-1].total, seen[-1].spent_pico) == (2, 2, 2, 2_000_000)


def test_audits_ask_about_those_who_need_no_question_and_decide_nothing(ledger: Ledger) -> None:
    tasks = a_round(8)
    settings = replace(OFF, audit_fraction=1.0)
    outcomes = judge(Scripted(), ledger, tasks, settings)
    assert winners(outcomes) == exhaustive(tasks)
    for name, outcome in outcomes.items():
        assert outcome.audits.keys() == outcome.pruned.keys()
        for index, score in outcome.audits.items():
            each = tasks[name][index]
            assert outcome.winner is None or (each.static + WEIGHT * score, each.tie, -index) < (
                outcome.winner.reward, tasks[name][outcome.winner.index].tie, -outcome.winner.index,
            )  # fmt: skip
    assert {row.purpose for row in ledger.attempts()} == {"judge", "audit"}


def test_a_share_of_audits_is_drawn_by_lot(ledger: Ledger) -> None:
    outcomes = judge(Scripted(), ledger, a_round(8, tasks=40), replace(OFF, audit_fraction=0.25))
    pruned, audited = (
        sum(len(part) for part in parts) for parts in zip(*((o.pruned, o.audits) for o in outcomes.values()), strict=True)
    )
    assert 0.15 < audited / pruned < 0.35


def test_a_task_is_added_once(ledger: Ledger) -> None:
    with judging(Scripted(), ledger) as judged:
        judged.add_task(a_task("a"), [])
        with pytest.raises(ValueError, match="judged already"):
            judged.add_task(a_task("a"), [])
        with pytest.raises(ValueError, match="same index"):
            judged.add_task(a_task("b"), [entrant(0), entrant(0)])
        judged.finish()


def test_outside_its_block_a_session_says_so(ledger: Ledger) -> None:
    with judging(Scripted(), ledger) as judged:
        judged.finish()
    with pytest.raises(RuntimeError, match="with"):
        judged.finish()
