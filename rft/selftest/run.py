"""Runs the self-test: its child, and the check that is about a child."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rft.selftest.check import Check, timed
from rft.selftest.death import childs_death
from rollouts.child import stream_child
from rollouts.errors import RolloutError
from rollouts.models import TINY, resolve_model

CHILD = "rft.selftest.worker"


def selftest(name: str = TINY) -> Iterator[Check]:
    """Every check as it ends, on the model of this name. Raises ModelError when there is none.

    A check that ends its process, as a device may, is itself a result.
    """
    with tempfile.TemporaryDirectory(prefix="rft-selftest-") as folder:
        log = Path(folder) / "selftest.log"
        model = resolve_model(name, log)
        try:
            for message in stream_child(CHILD, {"model": str(model)}, log):
                yield Check(**{key: value for key, value in message.items() if key != "kind"})
        except RolloutError as error:
            yield Check("device", False, str(error), 0.0, "The checks after the last one shown were not made.")
        fix = "Report this: a run here would not carry on after its sampling process dies."
        yield timed("child's death", fix, partial(childs_death, model, Path(folder)))
