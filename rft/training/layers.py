"""What of a model is trained: LoRA or DoRA beside its linear layers, or its own weights; and what training made of it.

mlx-lm's layers, and mlx-lm's format: `mlx_lm.generate --adapter-path` reads what `adapter_weights` and `adapter_config` give.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from checkpoints.adapter import lora_config
from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rollouts.device import mx, trees

if TYPE_CHECKING:
    from mlx.core import array as Array


def make_trainable(model: Any, config: TrainingConfig, *, seed: int) -> None:
    """Freeze the model but for what `config` trains. LoRA's second factor starts at zero, so nothing changes yet.

    Raises TrainingError when the configuration does not fit the model.
    """
    mx.random.seed(seed)
    model.freeze()
    blocks = _blocks(model, config)
    if config.keys is not None:
        _refuse_unknown(config.keys, blocks)
    if config.method == "full":
        _unfreeze(model, blocks, config)
    else:
        _adapt(model, config)


def adapter_config(model: Any, config: TrainingConfig) -> dict[str, Any]:
    """What mlx-lm needs to put the trained weights on the base again."""
    blocks = config.num_layers or len(model.layers)
    common = lora_config(num_layers=blocks, rank=config.rank, scale=config.factor, dropout=config.dropout)
    if config.method == "full":
        return {"fine_tune_type": "full", "num_layers": blocks}
    if config.keys is not None:
        common["lora_parameters"]["keys"] = list(config.keys)
    return {**common, "fine_tune_type": config.method}


def adapter_weights(model: Any) -> "dict[str, Array]":
    """The trained weights by mlx-lm's names. Raises TrainingError when one is not finite."""
    weights: dict[str, Array] = dict(trees.tree_flatten(model.trainable_parameters()))
    if not all_finite(weights):
        raise TrainingError("the trained adapter holds numbers that are not finite.", hint="Lower training.learning_rate.")
    return weights


def all_finite(weights: "Mapping[str, Array]") -> bool:
    return bool(mx.all(mx.stack([mx.isfinite(value).all() for value in weights.values()])).item())


def refuse_no_change(norm: float) -> float:
    """The norm again. Raises TrainingError when training changed nothing."""
    if norm == 0.0:
        raise TrainingError(
            "training changed nothing: the adapter is a no-op.",
            hint="Raise training.learning_rate or the number of steps, and check that there are training rows.",
        )
    return norm


def change_norm(model: Any, base: "Mapping[str, Array] | None" = None) -> float:
    """||dW||, the Frobenius norm of how far the weights went from the base model's, over all trained layers together.

    LoRA's and DoRA's layers know their base; for weights trained as they are, `base` holds the base model's by name.
    """
    from mlx_lm.tuner.dora import DoRALinear
    from mlx_lm.tuner.lora import LoRALinear, LoRASwitchLinear

    total = 0.0
    for _, module in model.named_modules():
        if isinstance(module, LoRALinear | LoRASwitchLinear):
            total += _low_rank_square(module)
        elif isinstance(module, DoRALinear):
            base_weight = module._dequantized_weight()
            total += _square(module.fuse(dequantize=True).weight - base_weight)
    if base is not None:
        total += sum(_square(value - base[name]) for name, value in trees.tree_flatten(model.trainable_parameters()))
    return float(np.sqrt(total))


def _low_rank_square(module: Any) -> float:
    """||scale * A B||^2 as the trace of (A'A)(B B'), which needs no product of the full size. Both layouts of mlx-lm."""
    a, b = module.lora_a, module.lora_b
    if a.ndim == 3:  # experts: A [E, rank, in], B [E, out, rank]
        a, b = a.swapaxes(-1, -2), b.swapaxes(-1, -2)
    trace = ((a.swapaxes(-1, -2) @ a) * (b @ b.swapaxes(-1, -2))).sum()
    return max(0.0, float(module.scale) ** 2 * float(trace.item().real))


def _square(change: "Array") -> float:
    return float(mx.square(change.astype(mx.float32)).sum().item().real)


def _blocks(model: Any, config: TrainingConfig) -> list[Any]:
    count = len(model.layers)
    if config.num_layers is not None and config.num_layers > count:
        raise TrainingError(
            f"training.num_layers is {config.num_layers}, and the model has {count} blocks.",
            hint=f"Set it to at most {count}, or leave it out to adapt all of them.",
        )
    return list(model.layers[count - (config.num_layers or count) :])


def _adapt(model: Any, config: TrainingConfig) -> None:
    from mlx_lm.tuner.utils import linear_to_lora_layers

    parameters = {"rank": config.rank, "scale": config.factor, "dropout": config.dropout, "keys": config.keys}
    try:
        linear_to_lora_layers(model, config.num_layers or len(model.layers), parameters, use_dora=config.method == "dora")
    except ValueError as error:
        raise TrainingError(
            f"training.method = {config.method!r} does not fit this model: {error}",
            hint='Use training.method = "lora", or name the layers to adapt in training.keys.',
        ) from error


def _unfreeze(model: Any, blocks: list[Any], config: TrainingConfig) -> None:
    """All weights; the last blocks' alone with `num_layers`, the named layers' alone with `keys`."""
    if config.num_layers is None and config.keys is None:
        model.unfreeze()
    for block in blocks:
        for name, module in block.named_modules():
            if config.keys is None or name in config.keys:
                module.unfreeze()


def _refuse_unknown(keys: tuple[str, ...], blocks: list[Any]) -> None:
    known = {name for block in blocks for name, module in block.named_modules() if _is_linear(module)}
    unknown = sorted(set(keys) - known)
    if unknown:
        raise TrainingError(
            f"training.keys names layers that the model's adapted blocks do not have: {', '.join(unknown)}.",
            hint=f"They have: {', '.join(sorted(known))}.",
        )


def _is_linear(module: Any) -> bool:
    """Linear layers alone carry a matrix of their own, quantised or not, for one expert or many."""
    return "weight" in module and module["weight"].ndim >= 2 and not module.children()
