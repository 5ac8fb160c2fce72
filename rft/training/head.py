"""A model in two: the blocks that make hidden states, and whatever turns those into logits.

Suffixes: B rows, L tokens of a row, T tokens, D width of a hidden state, V vocabulary.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rft.errors import TrainingError
from rollouts.device import mx, trees

if TYPE_CHECKING:
    from mlx.core import array as Array

BACKBONES = ("model", "transformer", "backbone")
"""What mlx-lm's classes call the part below the head."""
EVALUATES = "evaluates_hidden_states"
"""The attribute of a backbone that evaluates as it goes (rft.training.chain)."""
HEAD_TOLERANCE = 1e-2
"""Relative: half precision leaves some of it, a soft cap or a scale that was missed far more."""


@dataclass(frozen=True, slots=True)
class Halves:
    """`text` is the module that makes logits of tokens (a model of images and text holds it deeper), `name` its backbone's."""

    text: Any
    name: str

    @property
    def evaluates(self) -> bool:
        """Whether hidden states are there already when they are given, and MLX does not follow how they came about."""
        return getattr(getattr(self.text, self.name), EVALUATES, False)

    def hidden(self, tokens_B_L: "Array") -> Any:
        """hidden_B_L_D, what the head is applied to."""
        return getattr(self.text, self.name)(tokens_B_L)

    def logits(self, hidden_T_D: "Array") -> Any:
        """logits_T_V by the model's own code, with scales and soft caps, over hidden states that are there already."""
        text = _Answered(self.text, self.name, hidden_T_D[None])
        return type(self.text).__call__(text, mx.zeros((1, hidden_T_D.shape[0]), dtype=mx.int32))[0]

    def trained_parameters(self) -> Any:
        """The trainable weights outside the blocks, by which the head may change too. None with a LoRA on the blocks."""
        flat = trees.tree_flatten(self.text.trainable_parameters())
        return trees.tree_unflatten([(name, value) for name, value in flat if ".layers." not in name])


class _Answered:
    """A module that is itself, except that its part `name`, whatever it is asked, answers with `answer`."""

    def __init__(self, module: Any, name: str, answer: "Array") -> None:
        self._module, self._name, self._answer = module, name, answer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        return _Saying(found, self._answer) if name == self._name else found


class _Saying:
    def __init__(self, module: Any, answer: "Array") -> None:
        self._module, self._answer = module, answer

    def __call__(self, *_arguments: Any, **_options: Any) -> Any:
        return self._answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def halves_of(model: Any) -> Halves:
    """Where the model's head begins. Raises TrainingError when it is built in no known way."""
    text = model
    while hasattr(text, "language_model"):
        text = text.language_model
    for name in BACKBONES:
        if hasattr(text, name):
            return Halves(text, name)
    raise _refusal()


def refuse_other_head(model: Any, tokens: tuple[int, ...]) -> None:
    """Raise TrainingError when the model's own logits differ from those of its halves."""
    tokens_1_L = mx.array([tokens])
    halves = halves_of(model)
    own_L_V, ours_L_V = model(tokens_1_L)[0].astype(mx.float32), halves.logits(halves.hidden(tokens_1_L)[0]).astype(mx.float32)
    if float(mx.abs(own_L_V - ours_L_V).max().item().real) > HEAD_TOLERANCE * float(mx.abs(own_L_V).max().item().real):
        raise _refusal()


def _refusal() -> TrainingError:
    return TrainingError(
        "this model changes its logits after the output layer, which training does not follow.",
        hint="Use a model whose logits come from its last hidden states alone, like llama, qwen, mistral, gemma or smollm.",
    )
