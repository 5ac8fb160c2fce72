"""`rft judge calibrate` and `rft judge export`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.table import Table

from eval.task import load_tasks
from judges.calibration import CalibrationCard, requests_of, save_card
from judges.ledger import Ledger
from rft.config import RftConfig
from rft.errors import InputError
from rft.inputs import benchmark_folder
from rft.judging.calibration import calibrated, items_of
from rft.judging.opening import check_provider, provider_maker
from rft.judging.places import cards_folder, ledger_file, open_ledger
from rft.judging.settings import limits_of
from rft.view import progress_bar


def calibrate_judge(
    config: RftConfig, workspace: Path, tasks: str, limit: int, per_kind: int, console: Console, *, as_json: bool
) -> bool:
    """Calibrate the configured judge, store and show its card. Returns whether it passed.

    Raises:
        InputError: no judge is configured.
        JudgeConfigError: it cannot be asked.
        JudgePaused: an outage or a budget; the same command carries on.
    """
    judge = config.judge
    if judge.backend == "none":
        raise InputError("no judge is configured.", hint="Give --judge claude or --judge mlx, or set judge.backend.")
    with provider_maker(judge, workspace / "judge" / "judge.log") as (maker, subject), open_ledger(workspace) as ledger:
        check_provider(maker())
        items = items_of(load_tasks(benchmark_folder(tasks))[:limit], per_kind)
        with progress_bar(console) as progress:
            bar = progress.add_task("calibrating", total=len(requests_of(items)), rate="")
            limits = limits_of(judge)
            card = calibrated(maker(), ledger, limits, judge.concurrency, items, subject, lambda: progress.advance(bar))
    file = save_card(card, cards_folder(workspace))
    if as_json:
        console.print_json(json.dumps({"passed": card.passed, **asdict(card)}))
    else:
        _show(card, file, console)
    return card.passed


def export_ledger(workspace: Path, stream: IO[str]) -> None:
    """Write all of the workspace's ledger. Raises InputError where there is none."""
    file = ledger_file(workspace)
    if not file.is_file():
        raise InputError(f"there is no ledger {file.relative_to(workspace)} here.", hint="A run with a judge makes one.")
    with Ledger.read(file) as ledger:
        ledger.export(stream)


def _show(card: CalibrationCard, file: Path, console: Console) -> None:
    table = Table(title=f"Calibration of {card.subject.model}", box=None, pad_edge=False)
    for heading in ("", "measured", "demanded", ""):
        table.add_column(heading)
    for line in card.lines:
        value = "not measurable" if line.value is None else f"{line.value:.3f}"
        table.add_row(line.name.replace("_", " "), value, f"{line.demand} {line.bound:g}", "ok" if line.passed else "below")
    console.print(table)
    counts = ", ".join(f"{count} {kind}" for kind, count in card.counts.items())
    verdict = "It passed." if card.passed else "It failed: runs refuse it unless judge.force = true."
    console.print(f"{counts}. {verdict} Card: {file}", highlight=False, soft_wrap=True)
