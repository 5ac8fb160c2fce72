"""Draws the replies to one prompt: one as it is made, or several at once."""

from collections.abc import Callable, Iterator, Sequence

from rft.generating.answers import Drawn
from rft.generating.policy import Chosen, log_file
from rollouts.local import LocalSource
from rollouts.prompt import Message
from rollouts.source import Progress, SampleRequest, TaskPrompt
from rollouts.talking import Spoken, Talker

LOG = "generate"


def draw_one(chosen: Chosen, messages: Sequence[Message], seed: int, on_text: Callable[[str], None]) -> Drawn:
    """The reply; `on_text` hears its pieces as they are made. Raises what `Talker.reply` raises."""
    with Talker(chosen.source(), log_file(LOG)) as talker:
        for arrived in talker.reply(messages, chosen.parameters, seed=seed):
            if isinstance(arrived, Spoken):
                return Drawn(0, arrived.text, arrived.tokens, arrived.finish_reason)
            on_text(arrived)
    raise AssertionError("a reply that ends has an end")


def draw_several(
    chosen: Chosen, messages: Sequence[Message], n: int, seed: int, say: Callable[[str], None]
) -> Iterator[Drawn | Progress]:
    """`n` replies in the order in which they end, the first of which is `draw_one`'s, and progress between them."""
    request = SampleRequest(
        stage=LOG,
        policy=chosen.source(),
        prompts=[TaskPrompt("prompt", messages, range(n))],
        parameters=chosen.parameters,
        seed=seed,
        round_index=0,
    )
    with LocalSource(log_file(LOG), chosen.sampling.max_rows, on_event=say) as source:
        for arrived in source.draw(request):
            if isinstance(arrived, Progress):
                yield arrived
            else:
                yield Drawn(arrived.index, arrived.text, arrived.tokens, arrived.finish_reason)
