"""Cards as files in a folder, one for each judge, rubric and view."""

import hashlib
import json
import os
import re
from dataclasses import asdict
from pathlib import Path

from judges.calibration.card import CalibrationCard, Subject
from judges.errors import JudgeConfigError

_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")


def save_card(card: CalibrationCard, folder: Path) -> Path:
    """Write the card in place of an older one of its subject; a reader sees one or the other. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _path(folder, card.subject)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    fields = {"passed": card.passed, **asdict(card)}
    draft.write_text(json.dumps(fields, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def find_card(folder: Path, subject: Subject) -> CalibrationCard | None:
    """The card of exactly this judge, rubric and view.

    Raises:
        JudgeConfigError: there is one that cannot be read.
    """
    path = _path(folder, subject)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    card = _read(text, path)
    return card if card.subject == subject else None


def _read(text: str, path: Path) -> CalibrationCard:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(CalibrationCard).validate_json(text)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "the whole file"
        raise JudgeConfigError(
            f"the calibration card {path} cannot be read ({place}: {error.errors()[0]['msg']})",
            hint="Delete the file and run `rft judge calibrate`.",
        ) from error


def _path(folder: Path, subject: Subject) -> Path:
    """The file's name can be read; its hash keeps apart what the readable part makes alike."""
    parts = (subject.provider, subject.model, subject.rubric_version, subject.view)
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]
    return folder / f"{'-'.join(_UNSAFE.sub('_', part)[:60] for part in parts)}-{digest}.json"
