"""The check of half precision: what a forward pass loses in it, against the same weights in fp32."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rft.selftest.check import require
from rft.selftest.sampling import QUESTIONS, SYSTEM, plain_logits
from rollouts.device import mx
from rollouts.policy import Policy
from rollouts.prompt import messages_for, render

MOST_ERROR = {"bfloat16": 0.05, "float16": 0.02}
"""Of the largest logit, in the root mean square: some twenty blocks of rounding at 8 and 11 bits stay well below."""
MOST_DIFFERENT = 0.1
"""Share of positions whose most likely token may change."""


def half_precision(load: Callable[[], Policy]) -> str:
    """Logits in bf16 and fp16 against fp32; `load` gives the policy anew, because the way back loses bits."""
    reference_T_V = _logits(load(), mx.float32)
    parts: list[str] = []
    holds = True
    for name, most in MOST_ERROR.items():
        logits_T_V = _logits(load(), getattr(mx, name))
        finite = bool(np.isfinite(logits_T_V).all())
        different = int((logits_T_V.argmax(axis=-1) != reference_T_V.argmax(axis=-1)).sum())
        error = (
            float(np.sqrt(np.mean((logits_T_V - reference_T_V) ** 2)) / np.abs(reference_T_V).max()) if finite else float("inf")
        )
        parts.append(f"{name}: {different} of {len(reference_T_V)} most likely tokens differ, logits {100 * error:.2f} % off")
        holds = holds and finite and error <= most and different <= MOST_DIFFERENT * len(reference_T_V)
    return require(holds, "; ".join(parts))


def _logits(policy: Policy, kind: Any) -> NDArray[np.float32]:
    policy.model.set_dtype(kind)
    passes = [plain_logits(policy, render(policy.tokenizer, messages_for(question, SYSTEM))) for question in QUESTIONS[:2]]
    return np.concatenate(passes)
