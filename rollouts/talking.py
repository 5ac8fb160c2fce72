"""A policy in a child process that answers as one talks with it: text as it is made, one reply at a time.

The child loads the policy once and keeps what it has read of the conversation. Its death costs neither: the next reply comes
from a new one.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from rollouts.child import Child, Message, serve
from rollouts.errors import ChildDied
from rollouts.identity import PolicyIdentity, SamplingParameters, candidate_key
from rollouts.prompt import Message as Turn
from rollouts.prompt import render
from rollouts.source import PolicySource

if TYPE_CHECKING:
    from rollouts.policy import Policy
    from rollouts.streaming import Speaker

MODULE = "rollouts.talking"
NO_LIMIT = 1 << 30
"""Tokens of context of a model that does not tell its own."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A whole reply. `interrupted`: `Talker.stop` ended it."""

    text: str
    tokens: int
    finish_reason: Literal["stop", "length", "repetition", "interrupted"]


class Talker:
    """The parent's side, a context manager. Not thread-safe.

    Args:
        policy: Who speaks.
        log: A file; the child's messages and those of its libraries are appended to it.
        on_event: Hears, in a sentence, that a child had died and another takes its place.
        module: The child's module.
    """

    def __init__(
        self, policy: PolicySource, log: Path, *, on_event: Callable[[str], None] = lambda _text: None, module: str = MODULE
    ) -> None:
        self._policy = policy
        self._log = log
        self._say = on_event
        self._module = module
        self._child: Child | None = None
        self._begun = self._stopping = False

    @property
    def pid(self) -> int | None:
        """The child's process id, None before the first reply and after a death."""
        return self._child.pid if self._child is not None and self._child.open else None

    def reply(
        self, messages: Sequence[Turn], parameters: SamplingParameters, *, seed: int, round_index: int = 0
    ) -> Iterator[str | Spoken]:
        """Pieces of the reply as they come, then all of it. `seed` and `round_index` key its draws.

        A child that died since the last reply is replaced. Raises ChildFailed with its words, or ChildDied for a death in the
        middle or of a fresh child; the next call then starts another. Closing the iterator ends the child.
        """
        request = {
            "model": str(self._policy.model),
            "adapter": str(self._policy.adapter) if self._policy.adapter else None,
            "identity": asdict(self._policy.identity),
            "messages": list(messages),
            "parameters": asdict(parameters),
            "seed": seed,
            "round": round_index,
        }
        used, heard, self._stopping = self.pid is not None, False, False
        try:
            for arrived in self._ask(request):
                heard = True
                yield arrived
        except ChildDied as death:
            if heard or not used:
                raise self._explained(death) from None
            self._say(f"{str(death).splitlines()[0]} Starting it again.")
            yield from self._ask_fresh(request)

    def _ask_fresh(self, request: Message) -> Iterator[str | Spoken]:
        try:
            yield from self._ask(request)
        except ChildDied as death:
            raise self._explained(death) from None

    def _ask(self, request: Message) -> Iterator[str | Spoken]:
        self._begun = False
        if self._child is None or not self._child.open:
            self._child = Child(self._module, self._log)
        with closing(self._child.ask(request)) as replies:
            for reply in replies:
                if reply["kind"] == "begun":
                    self._begun = True
                    if self._stopping:
                        self._interrupt()
                elif reply["kind"] == "text":
                    yield reply["text"]
                else:
                    yield Spoken(reply["text"], reply["tokens"], reply["finish_reason"])

    def _explained(self, death: ChildDied) -> ChildDied:
        return ChildDied(str(death), hint=f"Its log is {self._log}. If memory ran out, ask a smaller model, or with less text.")

    def stop(self) -> None:
        """Let the reply that is on its way end here, from a signal handler, say. The child lives on."""
        self._stopping = True
        if self._begun:  # else it is told when it begins: a child that still starts would die of the signal
            self._interrupt()

    def _interrupt(self) -> None:
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGINT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._child is not None:
            self._child.close()


class Worker:
    """The child's side: one process' policy."""

    def __init__(self) -> None:
        self._policy: Policy | None = None
        self._speaker: Speaker | None = None
        self._stopped = False

    def interrupt(self, *_signal: object) -> None:
        """The reply on its way is to end."""
        self._stopped = True

    def answer(self, request: Message, send: Callable[[Message], None]) -> None:
        """Answer a request of Talker: `begun`, `text` messages, a last `reply`. The policy of the first one is that of all."""
        self._stopped = False
        send({"kind": "begun"})
        policy, speaker = self._loaded(request)
        told: dict[str, Any] = request["parameters"]
        parameters = SamplingParameters(**{**told, "stop": tuple(told["stop"])})
        tokens = render(policy.tokenizer, request["messages"], thinking=parameters.thinking)
        stream = candidate_key(
            seed=request["seed"], round_index=request["round"], policy=PolicyIdentity(**request["identity"]),
            prompt_tokens=tokens, parameters=parameters, index=0,
        )  # fmt: skip
        for piece in speaker.reply(tokens, parameters, stream, lambda: self._stopped):
            if isinstance(piece, str):
                send({"kind": "text", "text": piece})
            else:
                reason = "interrupted" if self._stopped and piece.reason == "length" else piece.reason
                send({"kind": "reply", "text": piece.text, "tokens": len(piece.tokens), "finish_reason": reason})

    def _loaded(self, request: Message) -> "tuple[Policy, Speaker]":
        from rollouts.device import limit_memory
        from rollouts.policy import load_policy
        from rollouts.streaming import Speaker

        if self._policy is None or self._speaker is None:
            limit_memory()
            folder = Path(request["model"])
            self._policy = load_policy(folder, Path(request["adapter"]) if request["adapter"] else None)
            self._speaker = Speaker(self._policy, _context_of(folder))
        return self._policy, self._speaker


def _context_of(folder: Path) -> int:
    from rollouts.digits import context_of

    return context_of(folder) or NO_LIMIT


if __name__ == "__main__":
    worker = Worker()
    # A Ctrl-C is the parent's to hear; it tells the child with the same signal.
    signal.signal(signal.SIGINT, worker.interrupt)
    serve(worker.answer)
