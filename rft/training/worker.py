"""The child process that trains: base model in, adapter folder out."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rollouts.child import serve

VALIDATION_BATCH = 8


def work(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Answer a TrainingRequest (rft.training.adapter) with `step` messages and a last `trained` one."""
    from checkpoints.adapter import WEIGHTS, lora_config, write_config
    from rft.training.loss import refuse_other_head
    from rft.training.rows import EncodedRow, TrainingRow, encode
    from rft.training.trainer import LoraShape, Schedule, adapter_weights, add_lora, change_norm, mean_loss, train
    from rollouts.device import mx
    from rollouts.policy import load_policy

    policy = load_policy(Path(request["model"]))

    def encoded(name: str, max_tokens: int | None) -> list[EncodedRow]:
        rows = [TrainingRow(**row) for row in request[name]]
        return [encode(policy.tokenizer, row, system=request["system"], max_tokens=max_tokens) for row in rows]

    rows, held_out = encoded("rows", request["max_row_tokens"]), encoded("held_out", None)
    refuse_other_head(policy.model, rows[0])
    shape = LoraShape(**request["shape"])
    add_lora(policy.model, shape, seed=request["seed"])
    started = time.monotonic()

    def on_step(report: Any) -> None:
        send(
            {
                "kind": "step", "step": report.step, "steps": report.steps, "loss": report.loss,
                "tokens": report.completion_tokens, "seconds": time.monotonic() - started,
            }
        )  # fmt: skip

    train(policy.model, rows, Schedule(**request["schedule"]), seed=request["seed"], on_step=on_step)
    weights = adapter_weights(policy.model)
    out = Path(request["out"])
    out.mkdir(parents=True)
    mx.save_safetensors(str(out / WEIGHTS), weights)
    write_config(
        out,
        lora_config(num_layers=len(policy.model.layers), rank=shape.rank, scale=shape.scale, dropout=shape.dropout),
    )
    loss = mean_loss(policy.model, held_out, VALIDATION_BATCH)
    send({"kind": "trained", "change_norm": change_norm(weights, shape.scale), "validation_loss": loss})


if __name__ == "__main__":
    serve(work)
