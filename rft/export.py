"""Plain files of a finished round, for people with grep."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rft.selection import Scored, Selection
from rft.training.rows import TrainingRow


def export_round(folder: Path, candidates: Sequence[Scored], selection: Selection, rows: Iterable[TrainingRow]) -> None:
    """Write samples.jsonl (every candidate with its reward) and train.jsonl (mlx-lm's prompt and completion rows)."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {(task, best.index) for task, best in selection.kept.items()}
    _write(folder / "samples.jsonl", ({**asdict(c), "kept": (c.task, c.index) in kept} for c in candidates))
    _write(folder / "train.jsonl", (row.to_json() for row in rows))


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    partial = file.with_suffix(".partial")
    with partial.open("w") as stream:
        for row in rows:
            stream.write(json.dumps(row) + "\n")
    partial.replace(file)
