"""The child process that samples: loads the policy once, draws what it is asked for, streams each candidate as it ends."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rollouts.child import serve
from rollouts.identity import PolicyIdentity, SamplingParameters, candidate_key

PROGRESS_SECONDS = 0.5


def work(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Answer a SampleRequest (rollouts.sampling) with `completion` and `progress` messages."""
    from rollouts.decode import PromptJob, decode
    from rollouts.device import current_device
    from rollouts.policy import load_policy
    from rollouts.prompt import render

    adapter = Path(request["adapter"]) if request["adapter"] else None
    policy = load_policy(Path(request["model"]), adapter)
    parameters = SamplingParameters(**request["parameters"])
    identity = PolicyIdentity(**request["identity"])
    # Policies that are compared answer with the same luck: their streams leave the weights out.
    stream_identity = PolicyIdentity("", "") if request["common_streams"] else identity
    places: dict[str, tuple[str, int]] = {}
    jobs: list[PromptJob] = []
    for prompt in request["prompts"]:
        tokens = tuple(render(policy.tokenizer, prompt["messages"]))

        def key_of(index: int, weights: PolicyIdentity, tokens: tuple[int, ...] = tokens) -> str:
            return candidate_key(
                seed=request["seed"], round_index=request["round"], policy=weights,
                prompt_tokens=tokens, parameters=parameters, index=index,
            )  # fmt: skip

        keys = tuple(key_of(index, identity) for index in prompt["indices"])
        places.update({key: (prompt["task"], index) for key, index in zip(keys, prompt["indices"], strict=True)})
        jobs.append(PromptJob(tokens, keys, tuple(key_of(index, stream_identity) for index in prompt["indices"])))
    send({"kind": "loaded", "device": current_device().name})

    drawn, last = 0, time.monotonic()

    def on_step(rows: int) -> None:
        nonlocal drawn, last
        drawn += rows
        if time.monotonic() - last >= PROGRESS_SECONDS:
            send({"kind": "progress", "tokens": drawn})
            drawn, last = 0, time.monotonic()

    max_rows = request["max_rows"] or current_device().decode_rows
    for completion in decode(policy, jobs, parameters, max_rows=max_rows, on_step=on_step):
        task, index = places[completion.key]
        send(
            {
                "kind": "completion", "task": task, "index": index, "key": completion.key,
                "text": policy.tokenizer.decode(completion.tokens),
                "tokens": len(completion.tokens), "finish_reason": completion.finish_reason,
            }
        )  # fmt: skip


if __name__ == "__main__":
    serve(work)
