"""`rft judge calibrate` and `rft judge export`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.table import Table

from eval.task import load_tasks
from judges.budget import SCOPES
from judges.calibration import CalibrationCard, CalibrationItem, requests_of, save_card
from judges.cost.money import usd
from judges.ledger import Ledger
from rft.config import RftConfig
from rft.errors import InputError
from rft.inputs import benchmark_folder
from rft.judging.calibration import Asking, calibrated, calibration_name, items_of
from rft.judging.opening import TERMS, check_provider, provider_maker
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
    opened = provider_maker(judge, config.model, workspace / "judge" / "judge.log")
    notes = Console(stderr=True) if as_json else console
    with opened as (maker, subject), open_ledger(workspace) as ledger:
        check_provider(maker())
        items = items_of(load_tasks(benchmark_folder(tasks))[:limit], per_kind)
        asking = Asking(maker(), ledger, limits_of(judge), judge.concurrency, calibration_name(datetime.now(UTC).date()))
        notes.print(_beforehand(asking, items), highlight=False, soft_wrap=True)
        if judge.backend == "claude" and next(iter(ledger.attempts()), None) is None:
            notes.print(TERMS, highlight=False, soft_wrap=True)
        with progress_bar(notes) as progress:
            bar = progress.add_task("calibrating", total=len(requests_of(items)), rate="")
            card = calibrated(asking, items, subject, lambda: progress.advance(bar))
        spent = usd(ledger.spent("run", asking.run).known_pico)
        notes.print(f"It cost {spent} today; `rft cost {asking.run}` shows it.", highlight=False, soft_wrap=True)
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


def _beforehand(asking: Asking, items: Sequence[CalibrationItem]) -> str:
    """What it will ask and may cost, before it does."""
    prepared = [asking.provider.prepare(request) for request in requests_of(items)]
    new = [call for call in prepared if asking.ledger.reply_of(call.key) is None]
    worst = None if any(call.worst_pico is None for call in new) else sum(call.worst_pico or 0 for call in new)
    budgets = [f"{usd(pico)} a {scope}" for scope in SCOPES if (pico := asking.limits.pico(scope)) is not None]
    return (
        f"{len(prepared)} questions, {len(prepared) - len(new)} of them answered before; at most {usd(worst)}. "
        f"Budget: {', '.join(budgets) or 'none'}."
    )


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
