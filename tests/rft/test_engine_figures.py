"""The figures of a round's sampling: added up over processes, read past a torn line, and shown in 80 columns."""

import io
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from rft.allocation import gain
from rft.sampling_view import fill, gains_in_words
from rft.stopwatch import Stopwatch
from rft.throughput import Throughput, cut_share, read_throughput

FIRST = Throughput(
    stage="round-1", candidates=3, tokens=300, seconds=12.0, sampling_seconds=10.0, scoring_seconds=1.0, judging_seconds=0.5,
    engine_seconds=0.25, finish_reasons={"stop": 3}, accepted=1, distinct=1,
)  # fmt: skip
LATER = replace(FIRST, candidates=5, tokens=500, finish_reasons={"stop": 4, "length": 3, "repetition": 1}, accepted=4, distinct=2)


def written(file: Path, *found: Throughput, torn: str = "") -> Path:
    file.write_text("".join(json.dumps(each.to_json()) + "\n" for each in found) + torn)
    return file


def test_processes_add_up_and_the_last_one_knows_the_stage(tmp_path: Path) -> None:
    file = written(tmp_path / "metrics.jsonl", FIRST, replace(FIRST, stage="benchmark-sft", accepted=None, distinct=None), LATER)
    found = read_throughput(file)
    assert list(found) == ["round-1", "benchmark-sft"]
    both = found["round-1"]
    assert (both.candidates, both.tokens, both.sampling_seconds, both.tokens_per_second) == (8, 800, 20.0, 40.0)
    assert (both.drawn, both.accepted, both.accepted_share, both.distinct) == (8, 4, 0.5, 2)
    assert cut_share(both) == 0.5
    assert found["benchmark-sft"].accepted_share is None


def test_training_and_torn_lines_are_left_out(tmp_path: Path) -> None:
    file = written(tmp_path / "metrics.jsonl", FIRST, torn='{"stage": "training-sft", "step": 1}\n[]\n{"stage": "round-1", "cand')
    assert read_throughput(file) == {"round-1": FIRST}
    assert read_throughput(tmp_path / "none") == {}


def test_nothing_drawn_divides_by_nothing() -> None:
    none = replace(FIRST, candidates=0, tokens=0, sampling_seconds=0.0, finish_reasons={}, accepted=0)
    assert (none.tokens_per_second, none.accepted_share, cut_share(none)) == (0.0, None, 0.0)


def test_the_table_fits_80_columns() -> None:
    stream = io.StringIO()
    big = replace(LATER, stage="round-10", tokens=12_345_678, seconds=12_345.0, finish_reasons={"stop": 100_000})
    table = Table(box=None, pad_edge=False, padding=(0, 1), collapse_padding=True)
    Console(file=stream, width=80).print(fill(table, [FIRST, big]))
    lines = stream.getvalue().splitlines()
    assert "tok/s" in lines[0]
    assert lines[1].split() == ["round-1", "3", "300", "30", "0", "33", "1", "12", "1", "0"]
    assert len(lines) == 3


def test_waves_are_told_beside_n_for_each() -> None:
    found = gain(2, 2, {"a": ["x", "y"], "b": [None, None, "z"], "c": [None, None]})
    (line,) = gains_in_words({"round-1": found.to_json()})
    assert line == (
        "round-1: 7 of 6 samples, in waves: 2 tasks solved (1 with N for each), 3 distinct answers of at most 2 a task "
        "(2 with N for each)."
    )


def test_a_stopwatch_counts_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("rft.stopwatch.time.monotonic", lambda: now)
    watch = Stopwatch()

    def things() -> Iterator[int]:
        nonlocal now
        for thing in (1, 2):
            now += 3
            yield thing

    with watch.waiting("scoring"):
        now += 5
    with suppress(KeyError), watch.waiting("judging"):
        now += 7
        raise KeyError
    assert list(watch.each(things(), "sampling")) == [1, 2]
    assert (dict(watch.seconds), watch.total) == ({"scoring": 5, "judging": 7, "sampling": 6}, 18)
