"""How a run moved from round to round: what the rounds' candidates came to, and a table of sparklines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from eval.task import Task
from rft.config import RftConfig
from rft.engine import round_name
from rft.judging.opinions import JudgedRound
from rft.rewards import reward
from rft.scoring import entries_of
from rft.sparkline import sparkline
from rft.store import RunStore

if TYPE_CHECKING:
    from rft.report import PolicyRow

TITLE = "Over the rounds"


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """A finished round's candidates. `acceptance` is the share of them that pass every test. `mean_reward` is over the `rewarded`
    that have a reward: with a judge those that it was not asked about have none. None where there is nothing to divide by."""

    name: str
    sampled: int
    acceptance: float | None
    mean_reward: float | None
    rewarded: int


def round_figures(store: RunStore, config: RftConfig, tasks: Sequence[Task]) -> list[RoundFigures]:
    """The figures of each round whose selection is made. Raises ScoringError where a candidate has no score by these scorers."""
    names = [round_name(index) for index in range(1, config.rounds + 1)]
    return [_figures(store, config, tasks, name) for name in names if store.fact(f"selection:{name}") is not None]


def _figures(store: RunStore, config: RftConfig, tasks: Sequence[Task], name: str) -> RoundFigures:
    judged = store.fact(f"judged:{name}")
    opinions = {} if judged is None else JudgedRound.from_json(judged).opinions
    accepted, rewards, sampled = 0, list[float](), 0
    for task in tasks:
        for entry in entries_of(store, name, task):
            facts, opinion = entry.facts, opinions.get(entry.candidate.key)
            sampled += 1
            accepted += facts.eligible
            if config.reward.mode != "judged" or not facts.eligible:
                rewards.append(reward(facts, config.reward))
            elif opinion is not None:
                rewards.append(reward(facts, config.reward, opinion.score))
    mean = sum(rewards) / len(rewards) if rewards else None
    return RoundFigures(name, sampled, accepted / sampled if sampled else None, mean, len(rewards))


def trend_table(rows: Iterable["PolicyRow"], rounds: Sequence[RoundFigures]) -> Table:
    """What moved, as bars from the first to the last, with both ends in figures."""
    measured = list(rows)
    table = Table(title=TITLE, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    table.add_column("figure")
    table.add_column("of", overflow="fold")
    table.add_column("", no_wrap=True)
    for heading in ("first", "last"):
        table.add_column(heading, justify="right", no_wrap=True)
    span = f"{measured[0].name} to {measured[-1].name}" if measured else ""
    _add(table, "pass@1 %", span, [row.metrics.pass_at_1.mean for row in measured], scale=100, digits=1)
    _add(table, "cases passed %", span, [row.metrics.cases.mean for row in measured], scale=100, digits=1)
    sampled = f"{rounds[0].name} to {rounds[-1].name}" if rounds else ""
    _add(table, "acceptance %", sampled, [each.acceptance for each in rounds], scale=100, digits=1)
    _add(table, "mean reward", sampled, [each.mean_reward for each in rounds], scale=1, digits=3)
    return table


def _add(table: Table, name: str, span: str, values: Sequence[float | None], *, scale: int, digits: int) -> None:
    if not values:
        return
    first, last = (f"{scale * value:.{digits}f}" if value is not None else "none" for value in (values[0], values[-1]))
    table.add_row(name, span, sparkline(values), first, last)
