"""The report's advice: each rule speaks where its figure says so, names it, and is silent beside it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from eval.gate import Decision
from rft.config import RftConfig
from rft.paired import Difference
from rft.reporting.advice import Decided, Facts, advise
from rft.reporting.data import RoundData
from tests.rft.world import a_config

GOOD = RoundData(
    "round-1", tasks=10, candidates=80, tokens=800, passing=30, cut_off=0, always=1, never=2, kept=8, none_passes=2, too_low=0,
    in_held_out=0, twice=0, rows=20,
)  # fmt: skip
CONFIG = a_config(rounds=3, sampling={"n": 8, "max_new_tokens": 160}, benchmark={"k": 4})


def decided(name: str, *, promote: bool = False, gain: float = -0.1, **changed: Any) -> Decided:
    against = changed.pop("against_sft", None)
    decision = Decision(promote, "because", 0.5, 0.5, None, 0.0125, gain, (gain - 0.1, gain + 0.1), 0.098, (), ())
    return Decided(name, replace(decision, **changed), against)


def said(
    data: Sequence[RoundData] = (GOOD,), policies: Sequence[Decided] = (), config: RftConfig = CONFIG, **judge: str
) -> dict[str, str]:
    return {each.rule: each.text for each in advise(Facts("mine", config, 48, data, policies, **judge))}


def test_nothing_is_said_of_a_run_in_which_nothing_stands_out() -> None:
    assert said() == {}
    assert said(data=()) == {}
    assert said(policies=[decided("sft", promote=True, gain=0.3), decided("round-1")]) == {}


def test_nothing_kept_because_nothing_passes() -> None:
    text = said([replace(GOOD, kept=0, passing=0, never=10, none_passes=10)])["nothing-kept"]
    assert text.startswith("round-1 kept nothing: none of 80 candidates for 10 tasks passes every test.")
    assert "sampling.n is 8" in text


def test_nothing_kept_because_no_reward_suffices() -> None:
    text = said([replace(GOOD, kept=0, passing=1)])["nothing-kept"]
    assert "1 of 80 candidates for 10 tasks passes every test, but none has a reward of 0.70" in text
    assert "0.85" in said([replace(GOOD, kept=0)], config=a_config(reward={"mode": "deterministic"}))["nothing-kept"]


def test_every_round_that_kept_nothing_is_named_and_one_without_tasks_is_not() -> None:
    none = replace(GOOD, kept=0, passing=0)
    found = [each.text for each in advise(Facts("mine", CONFIG, 48, [none, replace(none, name="round-2")], ()))]
    assert [text.split()[0] for text in found] == ["round-1", "round-2"]
    assert said([replace(GOOD, tasks=0, candidates=0, kept=0, never=0, always=0)]) == {}


@pytest.mark.parametrize(("never", "speaks"), [(2, False), (3, True), (10, True)])
def test_too_hard(never: int, speaks: bool) -> None:
    found = said([replace(GOOD, never=never)])
    assert ("too-hard" in found) is speaks
    if speaks:
        assert found["too-hard"].startswith(f"{never} of 10 tasks that round-1 sampled had no candidate that passes every test")


@pytest.mark.parametrize(("always", "speaks"), [(7, False), (8, True)])
def test_too_easy(always: int, speaks: bool) -> None:
    found = said([replace(GOOD, always=always)])
    assert ("too-easy" in found) is speaks
    assert not speaks or found["too-easy"].startswith("8 of 10 tasks that round-1 sampled passed with every candidate")


@pytest.mark.parametrize(("cut_off", "speaks"), [(7, False), (8, True)])
def test_cut_off(cut_off: int, speaks: bool) -> None:
    found = said([replace(GOOD, cut_off=cut_off)])
    assert ("cut-off" in found) is speaks
    assert not speaks or "8 of 80 replies of round-1 (10%) were cut off at sampling.max_new_tokens = 160" in found["cut-off"]


def test_the_last_round_is_looked_at() -> None:
    later = replace(GOOD, name="round-2")
    assert said([replace(GOOD, cut_off=80, never=10, always=10, in_held_out=3), later]) == {}
    assert set(said([GOOD, replace(later, cut_off=80)])) == {"cut-off"}


def test_answers_that_match_held_out_tasks() -> None:
    assert said([replace(GOOD, in_held_out=1)])["in-held-out"].startswith("1 kept answer up to round-1 matched held-out tasks")
    assert said([replace(GOOD, in_held_out=None)]) == {}


def test_a_veto() -> None:
    vetoed = decided("round-1", gain=0.2, vetoes=("category ui fell by 12.0 points against the base",))
    assert said(policies=[vetoed]).keys() == {"vetoed"}
    assert "round-1 was held back because category ui fell by 12.0 points" in said(policies=[vetoed])["vetoed"]


def test_a_round_below_sft() -> None:
    lost = decided("round-2", against_sft=Difference(-0.08, -0.12, -0.03))
    text = said(policies=[lost])["below-sft"]
    assert text.startswith("round-2 lies below SFT, -8.0 [-12.0, -3.0] points.")
    assert "`rft diff mine:sft mine:round-2`" in text
    assert said(policies=[decided("round-2", against_sft=Difference(-0.08, -0.2, 0.01))]) == {}


def test_how_many_held_out_tasks_would_have_seen_it() -> None:
    """48 tasks see 9.8 points; a gain of 4.9 is half of that, and needs four times as many."""
    policies = [decided("round-1", gain=0.02), decided("round-2", gain=0.049), decided("round-3", gain=-0.3)]
    text = said(policies=policies)["benchmark-too-small"]
    assert text == (
        "round-2 gained +4.9 points and was refused: the smallest gain that 48 held-out tasks show in 80 % of cases is +9.8. "
        "About 192 like these would show +4.9."
    )
    assert "Not even 10 times as many would show" in said(policies=policies[:1])["benchmark-too-small"]


@pytest.mark.parametrize(
    "changed", [{"gain": 0.1}, {"gain": 0.05, "promote": True}, {"gain": 0.0}, {"gain": 0.05, "vetoes": ("x",)}]
)
def test_more_held_out_tasks_are_not_asked_for_otherwise(changed: dict[str, Any]) -> None:
    assert "benchmark-too-small" not in said(policies=[decided("round-1", **changed)])


def test_a_benchmark_without_room() -> None:
    blind = [decided("sft", mde=None), decided("round-1", mde=None, gain=0.01)]
    found = said(policies=blind)
    assert found.keys() == {"no-room"}
    assert found["no-room"].startswith("sft, round-1: 48 held-out tasks, 4 samples of each, leave no room")


def test_a_judge_that_is_to_be_doubted() -> None:
    assert said(judge="haiku", standing="This judge is not calibrated.") == {
        "doubtful-judge": "Judge haiku: This judge is not calibrated."
    }
    assert said(judge="haiku") == {}


def test_a_last_round_that_was_promoted_asks_for_more() -> None:
    def promoted(name: str) -> list[Decided]:
        return [decided(name, promote=True, gain=0.2)]

    assert "`rft run --rounds 6 --name NEW`" in said(policies=promoted("round-3"))["go-on"]
    assert said(policies=promoted("round-2")) == {}
    assert said(policies=promoted("sft"), config=a_config(rounds=0)) == {}


def test_the_threshold_of_the_mode_and_the_run_are_named() -> None:
    low = [replace(GOOD, kept=0)]
    executed, deterministic = (said(low, config=a_config(reward={"mode": mode})) for mode in ("executed", "deterministic"))
    assert "`rft show TASK --name mine`" in executed["nothing-kept"]
    assert "; reward.threshold says" in executed["nothing-kept"]
    assert "; reward.deterministic_threshold says" in deterministic["nothing-kept"]
