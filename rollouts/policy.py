"""A model that samples: base weights, perhaps an adapter, and the tokenizer that speaks for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollouts.device import mx, prepare_weights
from rollouts.errors import ModelError
from rollouts.prompt import Tokenizer


@dataclass(frozen=True, slots=True)
class Policy:
    """`model(tokens_B_L, cache)` gives logits_B_L_V; `stop_tokens` end a reply."""

    model: Any
    tokenizer: Tokenizer
    stop_tokens: frozenset[int]


def load_policy(model_folder: Path, adapter: Path | None = None) -> Policy:
    """Load base weights in the form that is fast here, then the adapter on top. Raises ModelError."""
    from mlx_lm.tuner.utils import load_adapters
    from mlx_lm.utils import load_model, load_tokenizer

    try:
        model, config = load_model(model_folder, lazy=True)
        tokenizer = load_tokenizer(model_folder, eos_token_ids=config.get("eos_token_id"))
    except (OSError, RuntimeError, TypeError, ValueError, KeyError) as error:
        raise ModelError(
            f"{model_folder} could not be loaded as an mlx-lm model: {error}",
            hint="The folder needs config.json, *.safetensors and tokenizer files; `mlx_lm.convert` makes one.",
        ) from error
    if tokenizer.chat_template is None:
        raise ModelError(
            f"{model_folder} has no chat template, so there is no way to ask it for an answer.",
            hint="Use an instruct model, or put a chat_template into its tokenizer_config.json.",
        )
    prepare_weights(model)
    if adapter is not None:
        try:
            model = load_adapters(model, str(adapter))
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"the adapter {adapter} does not fit the model {model_folder}: {error}",
                hint="An adapter works on the base that it was trained on; check both paths.",
            ) from error
    model.eval()
    mx.eval(model.parameters())
    return Policy(model, tokenizer, frozenset(tokenizer.eos_token_ids))
