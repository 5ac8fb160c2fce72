"""What a forecast can stand on: what the ledger has seen, and how long the texts are."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from judges.cost.counting import counted
from judges.cost.records import Records
from judges.rubric import Rendered

ENOUGH = 30
"""Candidates or verdicts that the ledger must hold before it is believed."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the ledger has seen. None where it has not seen enough."""

    asked_share: float | None = None
    """Of all sampled candidates, those that were asked about."""
    candidates: int = 0
    output_tokens: float | None = None
    """Mean of the replies of the planned model."""
    replies: int = 0


def text_bytes(rendered: Sequence[Rendered]) -> tuple[int, int, int]:
    """Bytes of what is the same for all requests, then mean bytes of a task's and of a candidate's text. ValueError for none."""
    if not rendered:
        raise ValueError("without a rendered request there is nothing to count")
    schema = len(json.dumps(rendered[0].schema))
    system, task, candidate = (
        math.ceil(fmean(len(text.encode("utf-8", "replace")) for text in texts))
        for texts in zip(*((each.system, each.task, each.candidate) for each in rendered), strict=True)
    )
    return system + schema, task, candidate


def measured(records: Records, model: str) -> Measured:
    """What a ledger has seen of all runs."""
    runs = {call.run for call in records.calls} | {note.run for note in records.notes}
    counts = [counted(records.of(run)) for run in runs]
    candidates = sum(count.eligible + count.ineligible for count in counts)
    asked = sum(count.asked for count in counts)
    outputs = [call.usage.output for call in records.answered() if model in (call.model, call.billed_model)]
    return Measured(
        asked_share=asked / candidates if candidates >= ENOUGH else None,
        candidates=candidates,
        output_tokens=sum(outputs) / len(outputs) if len(outputs) >= ENOUGH else None,
        replies=len(outputs),
    )
