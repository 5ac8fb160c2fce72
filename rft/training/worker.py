"""The child process that trains: base model in, adapter folder out."""

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from checkpoints.adapter import WEIGHTS, write_config
from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rft.training.chain import chain_blocks
from rft.training.checkpointing import checkpoint_blocks
from rft.training.conversations import encode_rows
from rft.training.layers import adapter_config, adapter_weights, change_norm, make_trainable, refuse_no_change
from rft.training.loss import refuse_other_head
from rft.training.objective import mean_loss
from rft.training.objectives.choice import objective_of
from rft.training.objectives.pairs import PairRow, encode_pairs
from rft.training.rows import EncodedRow, TrainingRow
from rft.training.state import Keeper, SaveRule, identity_of
from rft.training.trainer import StepReport, Trainer
from rollouts.child import serve
from rollouts.device import EXPONENTIALS_IN_NUMPY, mx, trees
from rollouts.policy import load_policy

VALIDATION_BATCH = 8


def work(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Answer a request of rft.training.adapter with `step` messages and a last `trained` one."""
    asked, base = request["training"], Path(request["model"])
    config = TrainingConfig.model_validate(asked["config"])
    refuse_full_over_quantised(config, base)
    policy = load_policy(base)

    told = {"system": asked["system"], "thinking": asked["thinking"]}

    def encoded(name: str, max_tokens: int | None) -> list[EncodedRow]:
        return encode_rows(policy.tokenizer, [TrainingRow(**row) for row in asked[name]], max_tokens=max_tokens, **told)

    rows, held_out = encoded("rows", config.max_row_tokens), encoded("held_out", None)
    pairs = [PairRow(**pair) for pair in asked["pairs"]]
    examples = [*rows, *encode_pairs(policy.tokenizer, pairs, system=asked["system"], max_tokens=config.max_row_tokens)]
    if rows:
        refuse_other_head(policy.model, rows[0])
    make_trainable(policy.model, config, seed=asked["seed"])
    validate = partial(mean_loss, policy.model, held_out, VALIDATION_BATCH)
    chained = EXPONENTIALS_IN_NUMPY and chain_blocks(policy.model)
    if config.checkpoint_gradients and not chained:
        checkpoint_blocks(policy.model)
    objective, prepare = objective_of(config)
    trainer = Trainer(
        policy.model, prepare(policy.model, examples), config, objective=objective, seed=asked["seed"], validate=validate,
        keeper=Keeper(Path(request["state"]), identity_of(asked, base), SaveRule(**request["save"])),
    )  # fmt: skip
    resumed_at = trainer.progress.step
    progress = trainer.train(lambda report: send(step_message(report)))
    del trainer  # the optimizer's moments
    tail = progress.losses[-max(1, len(progress.losses) // 10) :]
    send(
        {
            "kind": "trained",
            "change_norm": write_adapter(policy.model, config, base, Path(request["out"])),
            "validation_loss": validate() if progress.best_loss is None else progress.best_loss,
            "final_loss": sum(tail) / len(tail),
            "steps": progress.step,
            "resumed_at": resumed_at,
            "best_step": progress.best_step or progress.step,
        }
    )


def refuse_full_over_quantised(config: TrainingConfig, base: Path) -> None:
    """Raise TrainingError for full training of a quantised base: what it stores are integers, which no gradient moves."""
    if config.method == "full" and "quantization" in json.loads((base / "config.json").read_text()):
        raise TrainingError(
            f'training.method = "full" needs weights that are not quantised, and {base.name} is quantised.',
            hint='Use training.method = "lora" or "dora", or `mlx_lm.convert --dequantize` the base first.',
        )


def step_message(report: StepReport) -> dict[str, Any]:
    """What the parent is told of a step: peaks in GB, of MLX's own memory and of the whole process."""
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    peaks = {"peak_gb": mx.get_peak_memory() / 1e9, "resident_gb": resident / 1e9}
    return {"kind": "step", **asdict(report), **peaks}


def write_adapter(model: Any, config: TrainingConfig, base: Path, out: Path) -> float:
    """Write the trained weights as mlx-lm reads them and return ||dW||. Raises TrainingError when that is zero or not finite."""
    weights = adapter_weights(model)
    untrained = dict(trees.tree_flatten(load_policy(base).model.parameters())) if config.method == "full" else None
    norm = refuse_no_change(change_norm(model, untrained))
    out.mkdir(parents=True)
    mx.save_safetensors(str(out / WEIGHTS), weights)
    write_config(out, adapter_config(model, config))
    return norm


if __name__ == "__main__":
    serve(work)
