"""Where an evaluation without a file of its own keeps what was drawn, until it is finished."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rft.evaluation.samples import SampleFileError
from rollouts.models import cache_folder


@contextmanager
def kept_until_finished(what: dict[str, Any], say: Callable[[str], None]) -> Iterator[Path]:
    """A file for the replies of this evaluation: it is there again when the same one is begun anew, and gone when it has ended.

    `say` hears that an evaluation is carried on, or was stopped. Raises SampleFileError when the cache cannot be written.
    """
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
    file = cache_folder() / "evals" / f"{digest}.jsonl"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SampleFileError(f"{file.parent} cannot be made: {error.strerror}.", hint="Give --out a file to keep.") from error
    if (found := _replies_in(file)) > 0:
        say(f"Carrying on: {_count(found)} drawn before.")
    try:
        yield file
    except BaseException:
        if (found := _replies_in(file)) > 0:
            say(f"Stopped: {_count(found)} drawn and kept; the same command carries on.")
        raise
    file.unlink(missing_ok=True)


def _count(replies: int) -> str:
    return "1 answer was" if replies == 1 else f"{replies} answers were"


def _replies_in(file: Path) -> int:
    """Whole lines after the first."""
    return file.read_bytes().count(b"\n") - 1 if file.is_file() else 0
