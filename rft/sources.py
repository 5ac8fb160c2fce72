"""Who draws the candidates of a stage."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.task import Task
from rft.config import RftConfig
from rft.sections import EndpointConfig
from rollouts.endpoint import EndpointSource
from rollouts.local import LocalSource
from rollouts.recorded import RecordedSource, survey
from rollouts.source import Source


def source_of_rounds(config: RftConfig, log: Path, say: Callable[[str], None]) -> Source:
    """The source that the configuration names for the rounds' candidates: a file, a server, or this machine. `say` hears what a
    person should know of a child's death. Raises EndpointRefused for an address or a key that cannot be used."""
    sampling = config.sampling
    if sampling.candidates is not None:
        return RecordedSource(Path(sampling.candidates))
    if sampling.endpoint is not None:
        return _endpoint(sampling.endpoint, log)
    return LocalSource(log, sampling.max_rows, on_event=say)


def source_of_suites(config: RftConfig, log: Path, say: Callable[[str], None]) -> Source:
    """The source of the samples on held-out suites: always the weights that lie here, because it is they who are promoted."""
    return LocalSource(log, config.sampling.max_rows, on_event=say)


def check_source(config: RftConfig, tasks: Sequence[Task], log: Path) -> str:
    """Whether the rounds' source can be used, before there is work to lose. Returns what a person should know of it, or nothing.

    Raises:
        RecordedError: no such file, a wrong row, no row of any of the tasks.
        EndpointRefused: an address or a key that cannot be used.
    """
    sampling = config.sampling
    if sampling.candidates is not None:
        found = f"{sampling.candidates}: {survey(Path(sampling.candidates), [task.id for task in tasks], sampling.n)}."
        return f"{found} Every round reads the same: more than one brings nothing." if config.rounds > 1 else found
    if sampling.endpoint is not None:
        _endpoint(sampling.endpoint, log)
        return (
            f"The rounds sample from {sampling.endpoint.model} at {sampling.endpoint.url}: the run's adapters are not sent there."
        )
    return ""


def _endpoint(endpoint: EndpointConfig, log: Path) -> EndpointSource:
    key = os.environ.get(endpoint.key_env, "")
    return EndpointSource(endpoint.url, endpoint.model, endpoint.concurrency, key, log)
