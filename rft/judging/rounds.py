"""The judge of a run: what every round's judging shares, and the batches of those that are asked in batches."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from judges.batching import Prefetch
from judges.calls import Provider
from judges.claude.batches import BatchJudge
from judges.claude.provider import ClaudeProvider
from judges.ledger import Ledger
from judges.local import LocalProvider
from judges.outcome import JudgingSettings
from judges.retry import Circuit
from rft.judging.one_round import Entered, OneRound
from rft.sections import RewardConfig
from rft.view import View

T = TypeVar("T")

ProviderMaker = Callable[[], Provider]
"""A provider's connections belong to one event loop: each round has its own."""


@dataclass(frozen=True, slots=True)
class LoopJudge:
    """The judge of a run (`rft.judging.opinions.RoundJudge`)."""

    name: str
    run: str
    ledger: Ledger
    settings: JudgingSettings
    weights: RewardConfig
    make_provider: ProviderMaker
    in_batches: bool = False
    recorded: bool = False
    standing: str = ""
    """What every report says of it: that nobody calibrated it, that it failed, that it has changed. Empty where all is well."""

    def begin(self, stage: str, tasks: int, view: View) -> OneRound:
        """The judging of a round (`rft.judging.opinions.Judging`)."""
        return OneRound(self, stage, tasks, view)

    @property
    def asks_beside_sampling(self) -> bool:
        """Whether it may be asked while candidates are drawn. A local judge would share the device with the policy; batches want
        all questions at once, and those of a killed run must be settled before anybody asks the same."""
        if self.recorded:
            return True
        return not (self.in_batches or isinstance(self.make_provider(), LocalProvider) or self._has_open_batches())

    def fetch(self, stage: str, entered: Sequence[Entered], view: View) -> frozenset[str]:
        """Have the answers brought into the ledger by batches. Returns the keys of those that were paid now."""
        view.say(f"{stage}: the judge's questions go out in batches; answers take up to a day, mostly less than an hour.")

        async def fetched(batches: BatchJudge, provider: ClaudeProvider) -> frozenset[str]:
            prefetch = Prefetch(batches, provider, self.settings, self.run, stage)
            await prefetch.fetch([(task, entrants) for task, entrants, _ in entered])
            return frozenset(prefetch.paid)

        return self._with_batches(fetched)

    def settle_batches(self) -> None:
        """Bring in what a killed run sent in batches: nobody else may ask those questions meanwhile."""

        async def settled(batches: BatchJudge, _: ClaudeProvider) -> None:
            await batches.settle()

        if self._has_open_batches():
            self._with_batches(settled)

    def _has_open_batches(self) -> bool:
        return isinstance(self.make_provider(), ClaudeProvider) and bool(self.ledger.batch_open().result())

    def _with_batches(self, work: Callable[[BatchJudge, ClaudeProvider], Coroutine[Any, Any, T]]) -> T:
        provider = self.make_provider()
        assert isinstance(provider, ClaudeProvider), "only Claude has batches"

        async def worked() -> T:
            try:
                circuit = Circuit(self.settings.concurrency)
                return await work(BatchJudge(provider, self.ledger, self.settings.limits, circuit), provider)
            finally:
                await provider.close()

        return asyncio.run(worked())
