"""The child process that samples: loads the policy once, draws what it is asked for, streams each candidate as it ends."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollouts.child import serve
from rollouts.identity import PolicyIdentity, SamplingParameters, candidate_key
from rollouts.prompt import Tokenizer, render

if TYPE_CHECKING:
    from rollouts.decode import PromptJob

Places = dict[str, list[tuple[str, int]]]
"""The tasks and indices that each key's candidate answers."""
PROGRESS_SECONDS = 0.5


def work(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Answer a SampleRequest (rollouts.source) with `completion` and `progress` messages."""
    from rollouts.decode import decode
    from rollouts.device import current_device
    from rollouts.policy import load_policy

    adapter = Path(request["adapter"]) if request["adapter"] else None
    policy = load_policy(Path(request["model"]), adapter)
    parameters = SamplingParameters(**{**request["parameters"], "stop": tuple(request["parameters"]["stop"])})
    jobs, places = _plan(request, policy.tokenizer, parameters)

    drawn, last = 0, time.monotonic()

    def on_step(rows: int) -> None:
        nonlocal drawn, last
        drawn += rows
        if time.monotonic() - last >= PROGRESS_SECONDS:
            send({"kind": "progress", "tokens": drawn})
            drawn, last = 0, time.monotonic()

    max_rows = request["max_rows"] or current_device().decode_rows
    for completion in decode(policy, jobs, parameters, max_rows=max_rows, on_step=on_step):
        text = policy.tokenizer.decode(completion.tokens)
        for task, index in places[completion.key]:
            send(
                {
                    "kind": "completion", "task": task, "index": index, "key": completion.key, "text": text,
                    "tokens": len(completion.tokens), "finish_reason": completion.finish_reason,
                }
            )  # fmt: skip
    send({"kind": "progress", "tokens": drawn})


def _plan(request: dict[str, Any], tokenizer: Tokenizer, parameters: SamplingParameters) -> "tuple[list[PromptJob], Places]":
    """What to draw, and where each candidate belongs: tasks that ask the same prompt share its candidates."""
    from rollouts.decode import PromptJob

    identity = PolicyIdentity(**request["identity"])
    common = request["common_streams"]
    places: Places = {}
    jobs: list[PromptJob] = []
    for prompt in request["prompts"]:
        tokens = tuple(render(tokenizer, prompt["messages"]))
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
    serve(work)
