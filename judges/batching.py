"""A round's questions in a few batches, ahead of the session that then finds all answers in the ledger.

The first batch asks about each task's most promising candidate; the second about all who can still win, since waiting for one
answer at a time would take a day each; further ones bring the second opinions. The selection is the same as one by one; a few
questions more are asked, at half the price.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from judges.calls import Context, PreparedCall, Purpose
from judges.caps import cap, capped
from judges.claude.batches import BatchJudge, BatchResult
from judges.claude.provider import ClaudeProvider
from judges.errors import JudgePaused
from judges.outcome import Entrant, JudgingSettings
from judges.race import Contender, Need, Race
from judges.verdict import JudgeRequest, JudgeTask


@dataclass(frozen=True, slots=True)
class _Asked:
    race: Race
    need: Need
    entrant: Entrant
    key: str


class Prefetch:
    """The batches of one round.

    Args:
        batch: Asks, through the ledger.
        provider: Makes the requests.
        settings: Decide who can win.
        run, round: Whose questions these are.
    """

    def __init__(self, batch: BatchJudge, provider: ClaudeProvider, settings: JudgingSettings, run: str, round: str) -> None:
        self._batch, self._provider, self._settings = batch, provider, settings
        self._run, self._round = run, round
        self.paid: set[str] = set()
        """Keys of the answers that were paid here."""

    async def fetch(self, tasks: Sequence[tuple[JudgeTask, Sequence[Entrant]]]) -> None:
        """Ask until every task is decided.

        Raises:
            JudgePaused: an outage, a budget, an answer that another process keeps waiting for; what was answered is kept.
        """
        races = [(task, {entrant.index: entrant for entrant in entrants}, self._race(entrants)) for task, entrants in tasks]
        is_first = True
        while True:
            calls: list[tuple[PreparedCall, Context]] = []
            asked: list[_Asked] = []
            for task, entrants, race in races:
                for need in _needs(race, is_first):
                    self._put(task, entrants, race, need, calls, asked)
            if not asked:
                return
            self._take_in(await self._batch.judge(calls), asked)
            is_first = False

    def _race(self, entrants: Sequence[Entrant]) -> Race:
        settings = self._settings
        contenders = [
            Contender(each.index, each.key, each.static, each.tie, cap(each.facts), each.suspicious) for each in entrants
        ]
        return Race(contenders, settings.threshold, settings.weight, settings.confirm, settings.margin)

    def _put(
        self,
        task: JudgeTask,
        entrants: Mapping[int, Entrant],
        race: Race,
        need: Need,
        calls: list[tuple[PreparedCall, Context]],
        asked: list[_Asked],
    ) -> None:
        entrant = entrants[need.index]
        prepared = self._provider.prepare(JudgeRequest(task, entrant.key, entrant.code, entrant.facts, need.sample_index))
        purpose: Purpose = "confirm" if need.sample_index else "judge"
        calls.append((prepared, Context(self._run, self._round, task.id, entrant.key, purpose)))
        asked.append(_Asked(race, need, entrant, prepared.key))

    def _take_in(self, result: BatchResult, asked: Sequence[_Asked]) -> None:
        if result.limit is not None and result.over_budget:
            raise result.limit
        if result.pending:
            raise JudgePaused(
                f"{len(result.pending)} answers of a batch are not there yet.", hint="Run the same command again later."
            )
        for each in asked:
            answer = result.answers[each.key]
            if answer.source == "paid":
                self.paid.update((each.key, answer.key))
            score = None if answer.verdict is None else capped(answer.verdict, each.entrant.facts)
            each.race.tell(each.need, score)


def _needs(race: Race, is_first: bool) -> list[Need]:
    survivors = race.survivors()
    if survivors and not is_first:
        return [Need(index, 0) for index in survivors]
    need = race.next()
    return [] if need is None else [need]
