"""Measures the engine: big recorded rounds, what waves and overlap bring, and its own share of a round.

    python -m scripts.bench_engine [big] [waves] [overlap] [share] [--candidates 100000] [--model smollm2]

`big` selects from recorded candidates, a quarter, half and all of them, each size in a process of its own. `waves` simulates
tasks of known difficulty. `overlap` judges a round over a loopback server with simulated latency, beside the sampling and after
it. `share` runs a small run for real and adds up what its round waited for. Without a name all of them.
"""

import argparse
import io
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from rich.console import Console

from eval.task import Task, load_tasks
from rft import selection
from rft.allocation import Gain, Tally, gain, next_wave
from rft.config import QUICKSTART, load_config, parse_config
from rft.engine import Engine
from rft.export import export_round
from rft.inputs import task_folder
from rft.run import start
from rft.sampling_stages import Inputs
from rft.store import RunPaths, open_for_writing
from rft.throughput import read_throughput
from rft.training.adapter import TrainedAdapter
from rft.training.rows import TrainingRow
from rft.view import View

PER_TASK = 50
REPLY = "Here is attempt {number}. It goes over the arguments once and keeps what is asked for.\n\n```luau\n{code}\n```\n{tail}"
MEGABYTE = 1_000_000


def main() -> None:
    """Prints every figure on a line of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which figures; all by default")
    parser.add_argument("--candidates", type=int, default=100_000, help="recorded candidates of the biggest round")
    parser.add_argument("--model", default="smollm2", help="the model of the run whose share is measured")
    options = parser.parse_args()
    for name in options.parts or PARTS:
        PARTS[name](options)


# Big rounds


def _big(options: argparse.Namespace) -> None:
    sizes = [options.candidates // 4, options.candidates // 2, options.candidates]
    context = multiprocessing.get_context("spawn")
    seconds: list[float] = []
    for size in sizes:
        with context.Pool(1) as pool:
            found = pool.apply(select_recorded, (size,))
        seconds.append(found["seconds"])
        print(
            f"big: {size} recorded candidates of {size // PER_TASK} tasks: {found['seconds']:.1f} s "
            f"({found['sampled']:.1f} s read, scored and ranked, {found['exported']:.1f} s selected and exported), "
            f"{size / found['seconds']:.0f} candidates/s, peak {found['peak'] / MEGABYTE:.0f} MB, kept {found['kept']}"
        )
    print(
        f"big: time per candidate, all against a quarter: {seconds[-1] / sizes[-1] / (seconds[0] / sizes[0]):.2f} (1 is linear)"
    )


def select_recorded(size: int) -> dict[str, float]:
    """Select from so many candidates in this process: seconds, and its peak memory in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "candidates.jsonl"
        tasks = _write_candidates(file, size)
        paths = RunPaths(Path(folder), "big")
        config = parse_config({"sampling": {"n": PER_TASK, "candidates": str(file)}}, source="bench")
        inputs = Inputs(tasks, (), (TrainingRow("ask", "answer"),), Path("model"), "base")
        with open_for_writing(paths) as store, View(Console(file=io.StringIO()), paths.events) as view:
            engine = Engine(config, inputs, paths, store, view)
            began = time.monotonic()
            candidates = engine.sample("round-1", tasks, None, 1)
            sampled = time.monotonic()
            kept = selection.best_of_n(candidates, config.reward.keep_at)
            engine.record_selection(1, kept, candidates)
            export_round(paths.exports("round-1"), candidates, kept, ())
            ended = time.monotonic()
        assert len(candidates) == size
        return {
            "seconds": ended - began,
            "sampled": sampled - began,
            "exported": ended - sampled,
            "peak": _peak(),
            "kept": len(kept.kept),
        }


def _write_candidates(file: Path, size: int) -> tuple[Task, ...]:
    """Replies that all differ, with few different answers: what is measured is the engine and not the workers."""
    base = load_tasks(task_folder("builtin:quickstart"))[0]
    tasks = tuple(base.model_copy(update={"id": f"task-{i:05}"}) for i in range(size // PER_TASK))
    answers = [base.reference, *(f"-- {i}\n{base.reference}" for i in range(8)), "return nil", "return ("]
    random = Random(size)
    with file.open("w") as stream:
        for task in tasks:
            for number in range(PER_TASK):
                text = REPLY.format(number=number, code=random.choice(answers), tail=f"{random.random()} " * 20)
                stream.write(json.dumps({"task": task.id, "text": text, "tokens": 200}) + "\n")
    return tasks


def _peak() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


# Waves


def _waves(_: argparse.Namespace) -> None:
    for n, enough in ((4, 1), (8, 1), (8, 2), (8, 4), (16, 2), (16, 4)):
        found, waves = _simulated(n, enough, tasks=2_000)
        print(
            f"waves: N {n}, enough {enough}: {found.samples} samples of {found.budget} in {waves} waves; "
            f"tasks solved {found.solved} against {found.solved_alone} ({found.solved / found.solved_alone - 1:+.1%}), "
            f"answers {found.answers} against {found.answers_alone} ({found.answers / found.answers_alone - 1:+.1%})"
        )


def _simulated(n: int, enough: int, tasks: int) -> tuple[Gain, int]:
    """Pass rates from Beta(0.4, 0.8), many near 0 and some near 1; a right answer is one of 20, all as likely."""
    random, drawn, waves = Random(0), dict[str, list[str | None]](), 0
    rates = {f"task-{i}": random.betavariate(0.4, 0.8) for i in range(tasks)}
    tallies = dict.fromkeys(rates, Tally())
    while wave := next_wave(n, enough, tallies):
        waves += 1
        for task, indices in wave.items():
            mine = drawn.setdefault(task, [])
            mine += [str(random.randrange(20)) if random.random() < rates[task] else None for _ in indices]
            right = [answer for answer in mine if answer is not None]
            tallies[task] = Tally(len(mine), len(right), len(set(right)))
    return gain(n, enough, drawn), waves


# Overlap


def _overlap(_: argparse.Namespace) -> None:
    from scripts.bench_overlap import TASKS, judged_round

    after = judged_round(beside=False)
    beside = judged_round(beside=True)
    print(
        f"overlap: a round of {TASKS} tasks judged after the sampling {after.seconds:.1f} s (sampling {after.sampling:.1f} s, "
        f"waited for opinions {after.judging:.1f} s), beside it {beside.seconds:.1f} s (waited {beside.judging:.1f} s): "
        f"{1 - beside.seconds / after.seconds:.0%} saved; the same kept: {beside.kept == after.kept}"
    )


# The engine's share


class Timed(Engine):
    """An engine that knows when its round began, how long its trainings took, and when the round was over."""

    began = trained = ended = 0.0

    def sample(self, *arguments: Any) -> Any:
        Timed.began, Timed.trained = time.monotonic(), 0.0
        return super().sample(*arguments)

    def train(self, name: str, rows: Any) -> TrainedAdapter:
        began = time.monotonic()
        try:
            return super().train(name, rows)
        finally:
            Timed.trained += time.monotonic() - began

    def gate(self, *arguments: Any) -> Any:
        decision = super().gate(*arguments)
        Timed.ended = time.monotonic()
        return decision


def _share(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = RunPaths(Path(folder), "share")
        changes = {
            "model": options.model,
            "rounds": 1,
            "data": {"limit": 12},
            "training": {"steps": 24},
            "benchmark": {"few_shot": 0, "k": 2},
        }
        config = load_config(None, QUICKSTART, changes)
        with patch("rft.run.Engine", Timed):
            start(config, paths, Console(file=io.StringIO()))
        stages = [read_throughput(paths.metrics)[name] for name in ("round-1", "benchmark-round-1")]
    wall = Timed.ended - Timed.began
    sampling = sum(stage.seconds - stage.scoring_seconds - stage.judging_seconds - stage.engine_seconds for stage in stages)
    scoring = sum(stage.scoring_seconds for stage in stages)
    beside = sum(stage.engine_seconds for stage in stages)
    rest = wall - sampling - scoring - Timed.trained
    print(
        f"share: a round on {options.model} took {wall:.1f} s: sampling {sampling:.1f} s, training {Timed.trained:.1f} s, "
        f"waiting for scores {scoring:.2f} s; everything else {rest:.2f} s, of which {beside:.2f} s beside the sampling: "
        f"{rest / wall:.2%} of the round ({(rest + scoring) / wall:.2%} with the scores)"
    )


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "big": _big,
    "waves": _waves,
    "overlap": _overlap,
    "share": _share,
}


if __name__ == "__main__":
    main()
