"""Draws the replies of a model that an evaluation still lacks."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from checkpoints.adapter import adapter_hash
from eval.external.row import Row
from rft.errors import InputError
from rft.evaluation.samples import Reply
from rft.sampling_stages import BENCHMARK_ROUND
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.models import cache_folder, resolve_model, weights_hash
from rollouts.prompt import messages_for
from rollouts.sampling import sample
from rollouts.source import PolicySource, Progress, SampleRequest, TaskPrompt
from rollouts.store import SCHEMA, Candidate, CandidateStore

STAGE = "eval"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Whom to ask, and how."""

    policy: PolicySource
    parameters: SamplingParameters
    seed: int

    def facts(self) -> dict[str, Any]:
        """What decides the replies, for the head of their file."""
        identity = self.policy.identity
        return {
            "model": identity.base,
            "adapter": identity.adapter,
            "temperature": self.parameters.temperature,
            "top_p": self.parameters.top_p,
            "max_new_tokens": self.parameters.max_new_tokens,
            "seed": self.seed,
        }


def log_file() -> Path:
    """Where the child that samples writes its log."""
    return cache_folder() / "logs" / "eval.log"


def drawing(model: str, adapter: Path | None, parameters: SamplingParameters, seed: int) -> Drawing:
    """Find the model and the adapter. Raises ModelError, CheckpointError or InputError."""
    if adapter is not None and not adapter.is_dir():
        raise InputError(f"there is no adapter folder {adapter}.", hint="`rft run` leaves its best at adapters/latest.")
    folder = resolve_model(model, log_file())
    identity = PolicyIdentity(weights_hash(folder), adapter_hash(adapter) if adapter else "")
    return Drawing(PolicySource(folder, adapter and adapter.resolve(), identity), parameters, seed)


def draw(of: Drawing, rows: Sequence[Row], known: Sequence[Reply], k: int) -> Iterator[Reply | Progress]:
    """`k` replies to every row but those that are known, with the same luck for every policy, and progress between them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        store = CandidateStore(connection)
        for reply in known:
            finish: Literal["stop", "length"] = "length" if reply.finish_reason == "length" else "stop"
            store.add(Candidate(STAGE, reply.task, reply.index, reply.key, reply.text, reply.tokens, finish))
        request = SampleRequest(
            stage=STAGE,
            policy=of.policy,
            prompts=[TaskPrompt(row.id, messages_for(row.prompt, row.system), range(k)) for row in rows],
            parameters=of.parameters,
            seed=of.seed,
            round_index=BENCHMARK_ROUND,
            common_streams=True,
        )
        with LocalSource(log_file()) as source:
            for arrived in sample(store, source, request):
                if isinstance(arrived, Progress):
                    yield arrived
                else:
                    yield Reply(arrived.task, arrived.index, arrived.text, arrived.finish_reason, arrived.tokens, arrived.key)
