"""Measures the judging with simulated verdicts: calls saved, dollars a round, overhead a call, memory.

    python scripts/bench_judging.py [--cases 100000] [--tasks 2000] [--candidates 10000] [--folder DIR]

Figures compare with judging all candidates, and every case checks that the same candidate is kept. No call leaves the machine.
The ledger is written to `--folder` for the figures that include the disk, and to memory (Linux) for those that do not.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import psutil

from judges.budget import Limits
from judges.calls import Billed, Context, PreparedCall, RawReply, Usage
from judges.ledger import Ledger
from judges.outcome import Entrant, JudgingProgress, JudgingSettings
from judges.prices import Prices
from judges.race import Confirm, Contender, Need, Race
from judges.retry import Answer, Circuit, ask
from judges.session import JudgingSession
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask, Verdict

THRESHOLD, WEIGHT = 0.70, 0.6
SIZES = (4, 8, 16)
CONFIRMS: tuple[Confirm, ...] = ("off", "borderline", "winner")
MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-2")
RUBRIC, TASK, CANDIDATE, OUTPUT = 900, 700, 500, 350
"""Tokens of the parts of a question, and of an answer."""
CONCURRENCY = 32
_NORMAL = NormalDist()


def main() -> None:
    """Prints every figure on a line of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000, help="random cases compared with judging everyone")
    parser.add_argument("--tasks", type=int, default=2_000, help="simulated tasks for each figure of calls saved")
    parser.add_argument("--candidates", type=int, default=10_000, help="candidates of the memory figure")
    parser.add_argument("--folder", type=Path, help="where the ledger is written; a temporary folder otherwise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        # First: what other figures leave behind would hide its growth.
        _memory(Path(folder), options.candidates)
        _overhead(Path(folder))
    _identity(options.cases)
    _savings(options.tasks)
    _dollars()


@dataclass(frozen=True, slots=True)
class Task:
    """Contenders, and what the judge would say of each: twice, where it is asked again."""

    contenders: Sequence[Contender]
    first: Sequence[float]
    second: Sequence[float]


@dataclass(frozen=True, slots=True)
class Played:
    """What a race came to."""

    winner: int | None
    firsts: frozenset[int]
    seconds: int


def _played(task: Task, confirm: Confirm) -> Played:
    race, firsts, seconds = Race(task.contenders, THRESHOLD, WEIGHT, confirm), set[int](), 0
    while (need := race.next()) is not None:
        race.tell(need, (task.first, task.second)[need.sample_index][need.index])
        seconds += need.sample_index
        firsts.add(need.index)
    winner = race.winner()
    return Played(winner.index if winner else None, frozenset(firsts), seconds)


def _exhaustive(task: Task, confirm: Confirm) -> tuple[int | None, frozenset[int]]:
    """The winner when everyone is judged, and who must be judged to know it."""
    race = Race(task.contenders, THRESHOLD, WEIGHT, confirm)
    for contender in task.contenders:
        race.tell(Need(contender.index, 0), task.first[contender.index])
    leaders = []
    while True:
        winner = race.winner()
        leaders.append(None if winner is None else (winner.reward, task.contenders[winner.index].tie, -winner.index))
        need = race.next()
        if need is None:
            break
        race.tell(need, task.second[need.index])
    return (winner.index if winner else None), _necessary(task, [leader for leader in leaders if leader], leaders[-1] is None)


def _necessary(task: Task, leaders: Sequence[tuple[float, float, int]], nobody: bool) -> frozenset[int]:
    ceilings = {contender.index: contender.rank(1.0, WEIGHT) for contender in task.contenders}
    hopeful = {index for index, ceiling in ceilings.items() if ceiling[0] >= THRESHOLD}
    if nobody:
        return frozenset(hopeful)
    return frozenset(index for index in hopeful if ceilings[index] > min(leaders)) | {-leader[2] for leader in leaders}


def _identity(cases: int) -> None:
    """Ties everywhere: few static scores, few ties, caps, a judge of thirteen steps."""
    rng, other, asked, needed, everyone = random.Random(1), 0, 0, 0, 0
    for _ in range(cases):
        task, confirm = _tied(rng), rng.choice(CONFIRMS)
        played, (winner, necessary) = _played(task, confirm), _exhaustive(task, confirm)
        other += played.winner != winner
        asked, needed, everyone = asked + len(played.firsts), needed + len(necessary), everyone + len(task.contenders)
    print(
        f"{cases} random cases with ties and caps: {other} with another winner than judging everyone; {asked} first opinions,"
        f" {needed} of them needed by any exact method, {everyone} for judging everyone"
    )


def _tied(rng: random.Random) -> Task:
    size = rng.randint(1, 16)
    contenders = [
        Contender(
            index,
            str(index),
            rng.choice((0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4)),
            rng.choice((0.5, 0.75, 1.0)),
            rng.choice((1.0, 1.0, 1.0, 0.75, 0.5, 0.0)),
        )
        for index in range(size)
    ]
    return Task(contenders, [rng.randrange(13) / 12 for _ in contenders], [rng.randrange(13) / 12 for _ in contenders])


@dataclass(frozen=True, slots=True)
class Scenario:
    """How candidates that pass the tests are spread, in standard deviations of quality: where scorers and judge lie, how far the
    scorers spread, how the judge follows the same quality (`rho`), and how much of it a task's candidates share."""

    name: str
    scorers: float
    spread: float
    judge: float
    rho: float
    shared: float = 0.0
    full: float = 0.0
    """Share of scorers' results that are full marks whatever the quality."""


SCENARIOS = (
    Scenario("middling model, judge apart from the scorers", 1.0, 0.5, 0.5, 0.0),
    Scenario("middling model, judge near the scorers, tasks differ", 1.0, 0.5, 0.5, 0.4, 0.5),
    Scenario("middling model, judge close to the scorers", 1.0, 0.5, 0.5, 0.7),
    Scenario("scorers saturated", 1.0, 0.5, 0.5, 0.4, 0.5, 0.5),
    Scenario("weak model", 0.4, 0.8, -0.5, 0.4, 0.5),
    Scenario("strong model", 1.5, 0.5, 1.5, 0.4, 0.5),
)
LIKELY = SCENARIOS[1]


def _savings(tasks: int) -> None:
    print(
        "Of all calls saved, the winners the same (eligible candidates only); with one in five a duplicate; confirmations a task:"
    )
    for scenario in SCENARIOS:
        parts = []
        for size in SIZES:
            rng = random.Random(size)
            drawn = [_drawn(rng, scenario, size) for _ in range(tasks)]
            pruned, doubled, seconds = _counted(drawn, rng)
            parts.append(
                f"N={size}: {1 - pruned / (tasks * size):.1%}, {1 - doubled / (tasks * size):.1%}, {seconds / tasks:.2f}"
            )
        print(f"  {scenario.name}: {'; '.join(parts)}")


def _counted(tasks: Sequence[Task], rng: random.Random) -> tuple[int, int, int]:
    """Calls with pruning; with pruning where a fifth are duplicates of another candidate; second opinions."""
    pruned = doubled = seconds = 0
    for task in tasks:
        played = _played(task, "off")
        if played.winner != _exhaustive(task, "off")[0]:
            raise AssertionError("pruning changed a winner")
        pruned += len(played.firsts)
        twins = _with_twins(task, rng)
        texts = {contender.index: contender.key for contender in twins.contenders}
        doubled += len({texts[index] for index in _played(twins, "off").firsts})
        seconds += _played(task, "borderline").seconds
    return pruned, doubled, seconds


def _drawn(rng: random.Random, scenario: Scenario, size: int) -> Task:
    luck, contenders, opinions = rng.gauss(0, 1), [], []
    for index in range(size):
        quality = scenario.shared * luck + (1 - scenario.shared**2) ** 0.5 * rng.gauss(0, 1)
        scores = [1.0, *(_score(rng, scenario, quality) for _ in range(3))]
        said = scenario.rho * quality + (1 - scenario.rho**2) ** 0.5 * rng.gauss(0, 1)
        contenders.append(Contender(index, str(index), 0.1 * sum(scores), sum(scores) / 4, 1.0))
        opinions.append(round(12 * _NORMAL.cdf(scenario.judge + said)) / 12)
    return Task(contenders, opinions, [_again(rng, opinion) for opinion in opinions])


def _score(rng: random.Random, scenario: Scenario, quality: float) -> float:
    """One scorer's result on a grid of twentieths."""
    if rng.random() < scenario.full:
        return 1.0
    return round(20 * _NORMAL.cdf(scenario.scorers + scenario.spread * (quality + rng.gauss(0, 1)) / 2**0.5)) / 20


def _again(rng: random.Random, opinion: float) -> float:
    return min(1.0, max(0.0, opinion + rng.choice((-1, 0, 0, 1)) / 12))


def _with_twins(task: Task, rng: random.Random) -> Task:
    contenders, first = list(task.contenders), list(task.first)
    for index in range(1, len(contenders)):
        if rng.random() < 0.2:
            same = contenders[rng.randrange(index)]
            contenders[index] = Contender(index, same.key, same.static, same.tie, same.cap)
            first[index] = first[int(same.key)]
    return Task(contenders, first, first)


def _dollars(tasks: int = 50, size: int = 8) -> None:
    """A round by model: everyone judged without a cache; with it; pruned too; and only the half that passes the tests."""
    calls = _calls_of_tasks(size, 400)
    eligible = _calls_of_tasks(size // 2, 400)
    print(f"A round of {tasks} tasks x {size}: all judged, + prompt cache, + pruning, + only the half that passes the tests:")
    for model in MODELS:
        plain = tasks * size * _priced(model, Usage(input=RUBRIC + TASK + CANDIDATE, output=OUTPUT))
        rest = [tasks * _cached(model, each) for each in (size, calls, eligible)]
        print(f"  {model}: " + ", ".join(f"${cost / 1e12:.3f}" for cost in (plain, *rest)))


def _calls_of_tasks(size: int, tasks: int) -> float:
    """Calls a task in the likely scenario, confirmations among them."""
    rng = random.Random(size)
    played = [_played(_drawn(rng, LIKELY, size), "borderline") for _ in range(tasks)]
    return sum(len(each.firsts) + each.seconds for each in played) / tasks


def _cached(model: str, calls: float) -> float:
    """Pico-dollars of a task: its first call reads the rubric and writes the task, the others read both."""
    first = Usage(input=CANDIDATE, cache_read=RUBRIC, cache_write_5m=TASK, output=OUTPUT)
    other = Usage(input=CANDIDATE, cache_read=RUBRIC + TASK, output=OUTPUT)
    return _priced(model, first) + (calls - 1) * _priced(model, other)


def _priced(model: str, usage: Usage) -> int:
    pico, _ = Prices({}).billed(model, usage)
    if pico is None:
        raise LookupError(f"no price of {model} is known")
    return pico


class Instant:
    """A provider that answers at once, from the text."""

    name = "instant"
    model = "instant-1"

    def prepare(self, request: JudgeRequest) -> PreparedCall:
        body = {"task": request.task.question, "code": request.code, "sample": request.sample_index}
        return PreparedCall(
            hashlib.sha256(json.dumps(body).encode()).hexdigest(), request, self.name, self.model, body, 1_000_000
        )

    async def call(self, prepared: PreparedCall) -> RawReply:
        await asyncio.sleep(0)
        return RawReply(json.dumps({"score": prepared.key[0] < "8", "padding": prepared.key * 30}).encode(), 0.0)

    def billed(self, _reply: RawReply) -> Billed:
        return Billed(Usage(input=2000, output=350), 500_000, "bench", self.model)

    def read(self, reply: RawReply) -> Verdict:
        row = json.loads(reply.body)
        score = float(row["score"])
        return Verdict(score, score, score, f"It quotes a line of {row['padding'][:64]}.")

    async def close(self) -> None:
        return


def _judged(ledger: Ledger, candidates: int, on_event: Callable[[JudgingProgress], None]) -> int:
    """Judges so many candidates, eight a task, each of which needs its call; the verdicts. Tasks come as judging goes on."""
    provider, circuit = Instant(), Circuit(CONCURRENCY)
    settings = JudgingSettings(THRESHOLD, WEIGHT, confirm="off", concurrency=CONCURRENCY, limits=Limits(day_usd=1e6))
    last = JudgingProgress(0, 0, 0, 0, 0, 0, 0)

    def seen(progress: JudgingProgress) -> None:
        nonlocal last
        last = progress
        on_event(progress)

    async def asker(prepared: PreparedCall, context: Context) -> Answer:
        return await ask(provider, ledger, prepared, context, settings.limits, circuit)

    with JudgingSession(provider, ledger, settings, "bench", "round", seen, ask=asker, on_stop=circuit.open) as session:
        for number, entrants in enumerate(_entrants(candidates)):
            while number - last.certified > 3 * CONCURRENCY:
                time.sleep(0.001)
            session.add_task(JudgeTask(f"task-{number}", f"Write function {number}.", "return 1"), entrants)
        session.finish()
    return last.verdicts


def _entrants(candidates: int) -> Iterator[list[Entrant]]:
    facts = CandidateFacts(compiles=True, passed=3, total=3)
    for start in range(0, candidates, 8):
        texts = [f"-- {number}\n" + "local value = 1\n" * 100 for number in range(start, start + 8)]
        yield [Entrant(i, f"{start + i}", text, facts, 0.4 - i / 1000, 1.0) for i, text in enumerate(texts)]


def _overhead(folder: Path, candidates: int = 2_000) -> None:
    memory = Path("/dev/shm")
    if memory.is_dir():
        with tempfile.TemporaryDirectory(dir=memory) as inside:
            _timed(Path(inside), candidates, "ledger in memory: no disk")
    _timed(folder, candidates, "ledger on the disk: every commit synced")
    print(f"one synced write to that disk alone: {_sync_ms(folder):.2f} ms")


def _timed(folder: Path, candidates: int, name: str) -> None:
    with Ledger.open(folder / "overhead.db") as ledger:
        started, busy = time.perf_counter(), time.process_time()
        verdicts = _judged(ledger, candidates, lambda _: None)
        wall, cpu = time.perf_counter() - started, time.process_time() - busy
    each, busy_each = wall / verdicts * 1e3, cpu / verdicts * 1e3
    print(f"{name}: {each:.2f} ms a call, {busy_each:.2f} ms of processor, {verdicts} calls at {CONCURRENCY}")


def _sync_ms(folder: Path, writes: int = 200) -> float:
    with (folder / "sync").open("wb") as file:
        started = time.perf_counter()
        for _ in range(writes):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    return (time.perf_counter() - started) / writes * 1e3


def _memory(folder: Path, candidates: int) -> None:
    process, sizes = psutil.Process(), dict[int, float]()

    def watch(progress: JudgingProgress) -> None:
        sizes.setdefault(progress.verdicts * 4 // candidates, process.memory_info().rss / 1e6)

    with Ledger.open(folder / "memory.db") as ledger:
        verdicts = _judged(ledger, candidates, watch)
    print(f"{verdicts} judged in one run: memory at each quarter {', '.join(f'{size:.0f} MB' for size in sizes.values())}")


if __name__ == "__main__":
    main()
