"""Training rows and their loss on the tiny model: what is learned, by which loss."""

from typing import Any

import numpy as np
import pytest

from rft.errors import TrainingError
from rft.training.loss import completion_loss, refuse_other_head
from rft.training.objective import mean_loss
from rft.training.rows import TrainingRow, encode
from rollouts.device import mx
from rollouts.policy import Policy
from tests.rft.small_training import ROWS, encoded


def byte_ids(text: str) -> list[int]:
    """Four markers, then GPT-2's byte characters in their order: printable bytes as they are, the others from 256 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    order = printable + [byte for byte in range(256) if byte not in printable]
    return [4 + order.index(byte) for byte in text.encode()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row.prompt))
def test_the_loss_is_on_the_completion_and_its_end(tiny_policy: Policy, row: TrainingRow) -> None:
    end, system, user, assistant = range(4)
    found = encode(tiny_policy.tokenizer, row, system="Luau!", max_tokens=500)
    prompt = [system, *byte_ids("Luau!"), end, user, *byte_ids(row.prompt), end, assistant]
    assert list(found.tokens) == [*prompt, *byte_ids(row.completion), end]
    assert found.learned == ((len(prompt), found.length),)


def test_the_end_is_the_tokenizers_own(tiny_policy: Policy) -> None:
    """A model with several stop tokens: the end of a document often has the lowest id, but does not end a turn."""

    class Several:
        def __init__(self) -> None:
            self.chat_template = None
            self.eos_token_id: int | None = 7
            self.eos_token_ids = {0, 7, 9}

        def __getattr__(self, name: str) -> Any:
            return getattr(tiny_policy.tokenizer, name)

    assert encode(Several(), ROWS[0], system=None, max_tokens=500).tokens[-1] == 7


def test_a_row_is_refused_and_never_cut(tiny_policy: Policy) -> None:
    length = len(encoded(tiny_policy)[0].tokens)
    assert len(encode(tiny_policy.tokenizer, ROWS[0], system=None, max_tokens=length).tokens) == length
    with pytest.raises(TrainingError, match=f"has {length} tokens") as caught:
        encode(tiny_policy.tokenizer, ROWS[0], system=None, max_tokens=length - 1)
    assert "max_row_tokens" in caught.value.hint


def test_the_loss_equals_the_one_from_full_logits(tiny_policy: Policy) -> None:
    rows = encoded(tiny_policy)
    losses: list[float] = []
    for row in rows:
        logits = np.array(tiny_policy.model(mx.array([row.tokens[:-1]]))[0]).astype(np.float64)
        normalised = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        losses += [-normalised[t - 1, row.tokens[t]] for start, end in row.learned for t in range(start, end)]
    assert completion_loss(tiny_policy.model, rows).item() == pytest.approx(np.mean(losses), abs=1e-5)


def test_a_model_with_another_head_is_refused(tiny_policy: Policy) -> None:
    """Logits that go through a soft cap: the loss would be another model's."""

    class Capped:
        model = tiny_policy.model.model

        def __call__(self, tokens_B_L: Any) -> Any:
            return mx.tanh(tiny_policy.model(tokens_B_L) / 2) * 2

    row = encoded(tiny_policy)[0]
    refuse_other_head(tiny_policy.model, row)
    with pytest.raises(TrainingError, match="changes its logits") as caught:
        refuse_other_head(Capped(), row)
    assert caught.value.hint


def test_padding_does_not_change_the_loss(tiny_policy: Policy) -> None:
    """The batch's loss is the token-weighted mean of each row's own."""
    rows = encoded(tiny_policy)
    weights = [row.learned_tokens for row in rows]
    alone = [completion_loss(tiny_policy.model, [row]).item() for row in rows]
    together = completion_loss(tiny_policy.model, rows).item()
    assert together == pytest.approx(np.average(alone, weights=weights), abs=1e-5)
    assert mean_loss(tiny_policy.model, rows, batch_size=2) == pytest.approx(together, abs=1e-5)
