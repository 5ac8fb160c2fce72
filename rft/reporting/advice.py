"""What to do next: a few rules over a run's figures. Each says a figure that was computed, and what would change it. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from eval.gate import Decision
from eval.power import TARGET_POWER
from rft.config import RftConfig
from rft.engine import round_name
from rft.paired import Difference
from rft.reporting.data import RoundData

MANY_CUT_OFF = 0.1
"""Share of a round's replies."""
MANY_NEVER, MOST_ALWAYS = 0.25, 0.8
"""Shares of a round's tasks."""
MOST_TIMES = 10
"""Times the held-out tasks: nobody writes more of them."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One step. `rule` names it for a program, `text` says it to a person: the figure first."""

    rule: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Decided:
    """A policy that came to the gate, with its paired difference to SFT, which SFT itself does not have."""

    name: str
    decision: Decision
    against_sft: Difference | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules look at. `held_out` counts tasks; `standing` is what is to be said against the judge."""

    run: str
    config: RftConfig
    held_out: int
    data: Sequence[RoundData]
    decided: Sequence[Decided]
    judge: str = ""
    standing: str = ""

    @property
    def last_round(self) -> RoundData | None:
        return self.data[-1] if self.data else None


def advise(facts: Facts) -> tuple[Advice, ...]:
    """What the rules find, in their order; empty where nothing stands out."""
    return tuple(Advice(name, text) for name, rule in RULES.items() for text in rule(facts))


def _nothing_kept(facts: Facts) -> Iterator[str]:
    for each in facts.data:
        if each.kept or not each.candidates:
            continue
        drawn = f"{each.candidates} candidates for {_count(each.tasks, 'task')}"
        if not each.passing:
            yield (
                f"{each.name} kept nothing: none of {drawn} passes every test. Draw more (sampling.n is "
                f"{facts.config.sampling.n}), add easier tasks, or give more demonstrations."
            )
        else:
            setting = "deterministic_threshold" if facts.config.reward.mode == "deterministic" else "threshold"
            yield (
                f"{each.name} kept nothing: {each.passing} of {drawn} {_pass(each.passing)} every test, but none has a reward of "
                f"{facts.config.reward.keep_at:.2f}. `rft show TASK --name {facts.run}` says what each lost; reward.{setting} "
                "says what is enough."
            )


def _too_hard(facts: Facts) -> Iterator[str]:
    last = facts.last_round
    if last and last.kept and last.never >= MANY_NEVER * last.tasks:
        yield (
            f"{last.never} of {_count(last.tasks, 'task')} that {last.name} sampled had no candidate that passes every test: a "
            f"round learns from what passes sometimes. Draw more (sampling.n is {facts.config.sampling.n}), or add easier tasks."
        )


def _too_easy(facts: Facts) -> Iterator[str]:
    last = facts.last_round
    if last and last.tasks and last.always >= MOST_ALWAYS * last.tasks:
        yield (
            f"{last.always} of {_count(last.tasks, 'task')} that {last.name} sampled passed with every candidate: they teach "
            "nothing new. Add harder tasks."
        )


def _cut_off(facts: Facts) -> Iterator[str]:
    last = facts.last_round
    if last and last.candidates and last.cut_off >= MANY_CUT_OFF * last.candidates:
        yield (
            f"{last.cut_off} of {last.candidates} replies of {last.name} ({last.cut_off / last.candidates:.0%}) were cut off at "
            f"sampling.max_new_tokens = {facts.config.sampling.max_new_tokens} and cannot be kept: raise it."
        )


def _in_held_out(facts: Facts) -> Iterator[str]:
    last = facts.last_round
    if last and last.in_held_out:
        yield (
            f"{_count(last.in_held_out, 'kept answer')} up to {last.name} matched held-out tasks, and training left out what "
            "matches. Make the training tasks differ from data.benchmark."
        )


def _vetoed(facts: Facts) -> Iterator[str]:
    for each in facts.decided:
        if each.decision.vetoes and not each.decision.promote:
            yield (
                f"{each.name} was held back because {' and '.join(each.decision.vetoes)}. Add tasks or demonstrations of that "
                "kind, or train less (training.rounds)."
            )


def _below_sft(facts: Facts) -> Iterator[str]:
    for each in facts.decided:
        if each.against_sft is not None and each.against_sft.high < 0:
            yield (
                f"{each.name} lies below SFT, {each.against_sft.text()} points. `rft diff {facts.run}:sft "
                f"{facts.run}:{each.name}` names the tasks that it lost."
            )


def _benchmark_too_small(facts: Facts) -> Iterator[str]:
    """Of the refused policies that gained something the one that gained most. What can be seen shrinks with the root of the
    number of tasks."""
    near = [each for each in facts.decided if not each.decision.promote and each.decision.gain > 0 and _unseen(each.decision)]
    if not near:
        return
    best = max(near, key=lambda each: each.decision.gain)
    gain, visible = best.decision.gain, best.decision.mde or 0.0
    needed = ceil(facts.held_out * (visible / gain) ** 2)
    few = needed <= MOST_TIMES * facts.held_out
    yield (
        f"{best.name} gained {100 * gain:+.1f} points and was refused: the smallest gain that "
        f"{_count(facts.held_out, 'held-out task')} show in {100 * TARGET_POWER:.0f} % of cases is {100 * visible:+.1f}. "
        + (f"About {needed} like these would show" if few else f"Not even {MOST_TIMES} times as many would show")
        + f" {100 * gain:+.1f}."
    )


def _unseen(decision: Decision) -> bool:
    return decision.mde is not None and decision.gain < decision.mde and not decision.vetoes


def _no_room(facts: Facts) -> Iterator[str]:
    blind = [each.name for each in facts.decided if not each.decision.promote and each.decision.mde is None]
    if blind:
        samples = _count(facts.config.benchmark.k, "sample")
        yield (
            f"{', '.join(blind)}: {_count(facts.held_out, 'held-out task')}, {samples} of each, leave no room for a gain that "
            f"would have been seen in {100 * TARGET_POWER:.0f} % of cases. Add held-out tasks, of which the model passes some."
        )


def _doubtful_judge(facts: Facts) -> Iterator[str]:
    if facts.standing:
        yield f"Judge {facts.judge}: {facts.standing}"


def _go_on(facts: Facts) -> Iterator[str]:
    last = facts.decided[-1] if facts.decided else None
    if last and facts.config.rounds and last.name == round_name(facts.config.rounds) and last.decision.promote:
        yield (
            f"{last.name}, the last round, was still promoted. `rft run --rounds {2 * facts.config.rounds} --name NEW` tells "
            "whether later ones are, too."
        )


RULES: dict[str, Callable[[Facts], Iterator[str]]] = {
    "nothing-kept": _nothing_kept,
    "too-hard": _too_hard,
    "too-easy": _too_easy,
    "cut-off": _cut_off,
    "in-held-out": _in_held_out,
    "vetoed": _vetoed,
    "below-sft": _below_sft,
    "benchmark-too-small": _benchmark_too_small,
    "no-room": _no_room,
    "doubtful-judge": _doubtful_judge,
    "go-on": _go_on,
}


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _pass(number: int) -> str:
    return "passes" if number == 1 else "pass"
