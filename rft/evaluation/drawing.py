"""Draws the replies that an evaluation still lacks: from a model on this machine, or from a server."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from checkpoints.adapter import adapter_hash
from eval.external.row import Row
from rft.config import RftConfig
from rft.evaluation.samples import Reply
from rft.generating.policy import Chosen
from rft.sampling_stages import BENCHMARK_ROUND
from rft.sections import EndpointConfig
from rollouts.endpoint import EndpointSource
from rollouts.endpoint_wire import EndpointRefused
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.models import cache_folder, resolve_model, weights_hash
from rollouts.prompt import messages_for
from rollouts.sampling import sample
from rollouts.source import PolicySource, Progress, SampleRequest, Source, TaskPrompt
from rollouts.store import SCHEMA, Candidate, CandidateStore

STAGE = "eval"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Whom to ask, and how. `system` is said to tasks that bring no system prompt of their own."""

    policy: PolicySource
    source: Callable[[], Source]
    parameters: SamplingParameters
    seed: int
    system: str | None

    def facts(self) -> dict[str, Any]:
        """What decides the replies, for the head of their file. What is not used is not told: older files have no word of it."""
        identity = self.policy.identity
        told = {
            "model": identity.base,
            "adapter": identity.adapter,
            "temperature": self.parameters.temperature,
            "top_p": self.parameters.top_p,
            "max_new_tokens": self.parameters.max_new_tokens,
            "seed": self.seed,
        }
        return {**told, "system": self.system, "thinking": self.parameters.thinking or None}


def log_file() -> Path:
    """Where the child that samples writes its log."""
    return cache_folder() / "logs" / "eval.log"


def local_drawing(chosen: Chosen, parameters: SamplingParameters, seed: int, say: Callable[[str], None]) -> Drawing:
    """Ask a model on this machine. Raises ModelError or CheckpointError."""
    folder = resolve_model(chosen.model, log_file())
    digest = adapter_hash(chosen.adapter) if chosen.adapter is not None else ""
    policy = PolicySource(
        folder, chosen.adapter and chosen.adapter.resolve(), PolicyIdentity(weights_hash(folder), digest)
    )  # fmt: skip
    rows = chosen.sampling.max_rows
    return Drawing(policy, lambda: LocalSource(log_file(), rows, on_event=say), parameters, seed, chosen.system)


def endpoint_drawing(config: RftConfig, url: str, model: str, parameters: SamplingParameters, seed: int) -> Drawing:
    """Ask a server for `model`, with the key and the concurrency that the configuration names. Raises EndpointRefused."""
    server = config.sampling.endpoint or EndpointConfig(url=url, model=model)
    key = os.environ.get(server.key_env, "")
    try:
        source = EndpointSource(url, model, server.concurrency, key, log_file())
    except EndpointRefused as refused:
        raise EndpointRefused(str(refused).replace("sampling.endpoint.url", "--endpoint"), hint=refused.hint) from None
    policy = PolicySource(Path(model), None, PolicyIdentity(f"{url.rstrip('/')} {model}", ""))
    return Drawing(policy, lambda: source, parameters, seed, config.system_prompt)


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
            prompts=[TaskPrompt(row.id, messages_for(row.prompt, row.system or of.system), range(k)) for row in rows],
            parameters=of.parameters,
            seed=of.seed,
            round_index=BENCHMARK_ROUND,
            common_streams=True,
        )
        with of.source() as source:
            for arrived in sample(store, source, request):
                if isinstance(arrived, Progress):
                    yield arrived
                else:
                    yield Reply(arrived.task, arrived.index, arrived.text, arrived.finish_reason, arrived.tokens, arrived.key)
