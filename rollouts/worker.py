"""The child process that samples: loads a policy once, draws what it is asked for, streams each candidate as it ends.

A request is answered with its `plan` (every candidate's key and places, and the rows decoded at once), the keys as they are
`started`, each `completion`, `progress` in tokens, a `note` where memory is tight, and `recycle` when a fresh process should draw
the rest.
"""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING

from rollouts.child import Message, serve
from rollouts.identity import PolicyIdentity, SamplingParameters, candidate_key
from rollouts.memory import FEWEST_ROWS, Loaded, Sampling, largest_batch, longest_reply, predict, stored_bytes
from rollouts.prompt import Tokenizer, render

if TYPE_CHECKING:
    from rollouts.decode import PromptJob
    from rollouts.device import Device
    from rollouts.policy import Policy

Places = dict[str, list[tuple[str, int]]]
"""The tasks and indices that each key's candidate answers."""
Send = Callable[[Message], None]
PROGRESS_SECONDS = 0.5


class Worker:
    """One process' policy, and how much it has drawn."""

    def __init__(self) -> None:
        self._policy: Policy | None = None
        self._drawn = 0
        self._finished = 0

    def answer(self, request: Message, send: Send) -> None:
        """Answer a SampleRequest (rollouts.source). The policy of the first one is that of all."""
        from rollouts.device import current_device

        policy = self._loaded(request)
        parameters = SamplingParameters(**{**request["parameters"], "stop": tuple(request["parameters"]["stop"])})
        jobs, places = _plan(request, policy.tokenizer, parameters)
        device = current_device()
        rows = _rows(request, jobs, parameters, device, send)
        send({"kind": "plan", "keys": places, "rows": rows})
        budget = request["recycle_after"] or device.recycle_after
        for portion in self._portions(jobs, rows, parameters, budget):
            self._draw(policy, portion, parameters, rows, send)
            if budget is not None and self._drawn >= budget:
                send({"kind": "recycle"})
                return

    def _loaded(self, request: Message) -> "Policy":
        from rollouts.device import limit_memory
        from rollouts.policy import load_policy

        if self._policy is None:
            limit_memory()
            adapter = Path(request["adapter"]) if request["adapter"] else None
            self._policy = load_policy(Path(request["model"]), adapter)
        return self._policy

    def _portions(
        self, jobs: "Sequence[PromptJob]", rows: int, parameters: SamplingParameters, budget: int | None
    ) -> "Iterator[Sequence[PromptJob]]":
        """All jobs at once; with a budget of tokens, as many at a time as are likely to use it up, but two full batches at least.

        Between portions the batch runs empty, so that nothing is in flight when the process ends.
        """
        start = 0
        while start < len(jobs):
            likely = self._drawn / self._finished if self._finished else parameters.max_new_tokens
            most = math.inf if budget is None else max(2 * rows, (budget - self._drawn) / likely)
            sizes = accumulate(len(job.keys) for job in jobs[start:])
            taken = max(1, sum(1 for size in sizes if size <= most))
            yield jobs[start : start + taken]
            start += taken

    def _draw(self, policy: "Policy", jobs: "Sequence[PromptJob]", parameters: SamplingParameters, rows: int, send: Send) -> None:
        from rollouts.decode import decode

        progress, flight = _Progress(send), _Flight(jobs, rows, send)

        def on_step(live: int) -> None:
            self._drawn += live
            progress.add(live)

        for completion in decode(policy, jobs, parameters, max_rows=rows, on_step=on_step):
            self._finished += 1
            send(
                {
                    "kind": "completion", "key": completion.key, "text": completion.text,
                    "tokens": len(completion.tokens), "finish_reason": completion.finish_reason,
                }
            )  # fmt: skip
            flight.one_ended()
        progress.tell()


class _Progress:
    """Tells of tokens drawn, now and then."""

    def __init__(self, send: Send) -> None:
        self._send, self._tokens, self._last = send, 0, time.monotonic()

    def add(self, tokens: int) -> None:
        self._tokens += tokens
        if time.monotonic() - self._last >= PROGRESS_SECONDS:
            self.tell()

    def tell(self) -> None:
        self._send({"kind": "progress", "tokens": self._tokens})
        self._tokens, self._last = 0, time.monotonic()


class _Flight:
    """Tells which candidates are being drawn, or may be from now on: the loop begins them in order, `rows` at once."""

    def __init__(self, jobs: "Sequence[PromptJob]", rows: int, send: Send) -> None:
        self._waiting = iter([key for job in jobs for key in job.keys])
        self._send = send
        self._begin(rows)

    def one_ended(self) -> None:
        self._begin(1)

    def _begin(self, count: int) -> None:
        if keys := list(islice(self._waiting, count)):
            self._send({"kind": "started", "keys": keys})


def _rows(request: Message, jobs: "Sequence[PromptJob]", parameters: SamplingParameters, device: "Device", send: Send) -> int:
    """The rows to decode at once: as asked for or as the device likes it, but no more than memory allows."""
    from rollouts.device import device_memory

    folder = Path(request["model"])
    most = max(FEWEST_ROWS, request["max_rows"] or device.decode_rows)
    longest = Sampling(
        prompt_tokens=max((len(job.tokens) for job in jobs), default=1),
        max_new_tokens=parameters.max_new_tokens,
        per_prompt=max(1, sum(len(job.keys) for job in jobs) // max(1, len(jobs))),
    )
    config = json.loads((folder / "config.json").read_text())
    model = Loaded(config, dequantised=not device.keeps_quantised, stored=stored_bytes(folder))
    memory = device_memory()
    try:
        rows = largest_batch(model, longest, memory, most=most)
    except KeyError as error:
        send({"kind": "note", "text": f"The memory that sampling takes is unknown: the model's config.json tells no {error}."})
        return most
    if rows < most:
        send({"kind": "note", "text": _tight(model, longest, memory, rows, most)})
    return max(FEWEST_ROWS, rows)


def _tight(model: Loaded, longest: Sampling, memory: int, rows: int, most: int) -> str:
    needed = predict(model, longest, rows=most).total
    text = (
        f"Memory allows {rows or 'not even two'} candidates at once, not {most}: those may take {needed / 1e9:.1f} GB of "
        f"{memory / 1e9:.1f} GB, at prompts of {longest.prompt_tokens} and replies of {longest.max_new_tokens} tokens."
    )
    if rows:
        return text
    fits = longest_reply(model, longest, memory, most=longest.max_new_tokens)
    return f"{text} Two would fit with a sampling.max_new_tokens of {fits}." if fits else f"{text} The model is too large for it."


def _plan(request: Message, tokenizer: Tokenizer, parameters: SamplingParameters) -> "tuple[list[PromptJob], Places]":
    """What to draw, and where each candidate belongs: tasks that ask the same prompt share its candidates."""
    from rollouts.decode import PromptJob

    identity = PolicyIdentity(**request["identity"])
    common = request["common_streams"]
    places: Places = {}
    jobs: list[PromptJob] = []
    for prompt in request["prompts"]:
        tokens = tuple(render(tokenizer, prompt["messages"], thinking=parameters.thinking))
        streams: dict[str, str] = {}
        for index in prompt["indices"]:
            key, stream = (
                candidate_key(
                    seed=request["seed"], round_index=request["round"], policy=weights,
                    prompt_tokens=asked, parameters=parameters, index=index,
                )
                # Policies that are compared answer with the same luck: their streams know the task, not weights or examples.
                for weights, asked in (
                    (identity, tokens),
                    (PolicyIdentity("", ""), tuple(prompt["task"].encode())) if common else (identity, tokens),
                )
            )  # fmt: skip
            if key not in places:
                streams[key] = stream
            places.setdefault(key, []).append((prompt["task"], index))
        jobs.append(PromptJob(tokens, tuple(streams), tuple(streams.values())))
    return jobs, places


if __name__ == "__main__":
    serve(Worker().answer)
