"""What judging a run will cost, before it starts."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from eval.task import Task
from judges import CandidateFacts, JudgeRequest
from judges.cost.forecast import Forecast, Plan, forecast
from judges.cost.history import Measured, measured
from judges.cost.money import usd
from judges.cost.reading import read_records, stored_readers
from judges.ledger import Ledger
from judges.prices import Prices
from judges.rubric import render
from rft.config import RftConfig
from rft.judging.opinions import judge_task
from rft.judging.places import ledger_file
from rft.judging.settings import FREE, limits_of, local_model, prices_of

BYTES_PER_TOKEN = 6
"""Of a candidate at most, for the worst case: names and words have about four."""


def forecast_of(config: RftConfig, tasks: Sequence[Task], workspace: Path) -> Forecast:
    """The range, from what the workspace's ledger has seen, or from stated assumptions. Nothing is asked and nothing is paid."""
    judge = config.judge
    is_local = judge.backend == "mlx"
    model = local_model(judge, config.model) if is_local else judge.model
    prices = Prices({model: FREE}) if is_local else prices_of(judge)
    return forecast(_plan(config, model, tasks), prices, limits_of(judge), _seen(model, workspace))


def in_a_line(found: Forecast) -> str:
    """The forecast for the start of a run."""
    budgets = [f"{usd(pico)} a {scope}" for scope in ("round", "run", "day") if (pico := found.limits.pico(scope)) is not None]
    return (
        f"Judge {found.plan.model}: about {found.expected.calls:,} calls and {usd(found.expected.pico)}, at most "
        f"{usd(found.worst.pico)}; budget {', '.join(budgets) if budgets else 'none'}. `rft run --dry-run` says more."
    )


def _plan(config: RftConfig, model: str, tasks: Sequence[Task]) -> Plan:
    """Bytes as they would be sent, with the reference in the candidate's place."""
    rendered = [
        render(JudgeRequest(judge_task(task, ()), "", task.reference, CandidateFacts(True, 1, 1)), config.judge.view)
        for task in tasks
    ]
    return Plan(
        tasks=len(tasks),
        candidates=config.sampling.n,
        rounds=config.rounds,
        model=model,
        system_bytes=len(rendered[0].system.encode()) if rendered else 0,
        task_bytes=_mean([len(each.task.encode()) for each in rendered]),
        candidate_bytes=_mean([len(each.candidate.encode()) for each in rendered]),
        longest_candidate_bytes=config.sampling.max_new_tokens * BYTES_PER_TOKEN,
        max_tokens=config.judge.max_tokens,
        confirm="off" if config.judge.backend == "mlx" else config.judge.confirm,
        batch=config.judge.batch,
    )


def _mean(values: Sequence[int]) -> int:
    return round(fmean(values)) if values else 0


def _seen(model: str, workspace: Path) -> Measured | None:
    file = ledger_file(workspace)
    if not file.is_file():
        return None
    with Ledger.read(file) as ledger:
        return measured(read_records(ledger, stored_readers()), model)
