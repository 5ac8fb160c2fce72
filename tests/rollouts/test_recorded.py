"""Recorded candidates: what a file gives, what it lacks, and which row of it is wrong."""

import json
import sqlite3
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.prompt import messages_for
from rollouts.recorded import Reading, RecordedError, RecordedSource, recorded_rows, survey
from rollouts.sampling import sample
from rollouts.source import PolicySource, SampleRequest, TaskPrompt
from rollouts.store import SCHEMA, Candidate, CandidateStore


def asked(tasks: str = "ab", n: int = 2, stage: str = "round-1") -> SampleRequest:
    prompts = [TaskPrompt(task, messages_for(f"write {task}", None), range(n)) for task in tasks]
    policy = PolicySource(Path("base"), None, PolicyIdentity("x", "y"))
    return SampleRequest(stage, policy, prompts, SamplingParameters(0.8, 0.95, 64), 0, 1)


def written(file: Path, *rows: object) -> Path:
    file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "candidates.jsonl"


def drawn(source: RecordedSource, request: SampleRequest) -> list[Candidate]:
    with source:
        return [arrived for arrived in source.draw(request) if isinstance(arrived, Candidate)]


def test_rows_become_candidates_in_the_files_order(file: Path) -> None:
    written(
        file,
        {"task": "b", "text": "one"},
        {"task": "a", "text": "two", "index": 1, "finish_reason": "length", "tokens": 9, "model": "left alone"},
        "",
        {"task": "a", "text": "three", "index": 0},
        {"task": "b", "text": "four"},
    )
    source = RecordedSource(file)
    candidates = drawn(source, asked())
    assert [(c.stage, c.task, c.index, c.text, c.tokens, c.finish_reason) for c in candidates] == [
        ("round-1", "b", 0, "one", 0, "stop"),
        ("round-1", "a", 1, "two", 9, "length"),
        ("round-1", "a", 0, "three", 0, "stop"),
        ("round-1", "b", 1, "four", 0, "stop"),
    ]
    assert len({candidate.key for candidate in candidates}) == 4
    assert source.reading == Reading(rows=4, used=4, lacking=0)
    assert drawn(RecordedSource(file), asked()) == candidates


def test_the_key_knows_the_reply(file: Path) -> None:
    first = drawn(RecordedSource(written(file, {"task": "a", "text": "x"})), asked("a", 1))
    second = drawn(RecordedSource(written(file, {"task": "a", "text": "y"})), asked("a", 1))
    cut = drawn(RecordedSource(written(file, {"task": "a", "text": "x", "finish_reason": "length"})), asked("a", 1))
    assert len({candidates[0].key for candidates in (first, second, cut)}) == 3


def test_what_is_not_asked_for_and_what_is_not_there_are_counted(file: Path) -> None:
    rows = [{"task": task, "text": str(i)} for task, n in (("a", 3), ("b", 1), ("other", 2)) for i in range(n)]
    source = RecordedSource(written(file, *rows))
    candidates = drawn(source, asked("abc", 2))
    assert [(c.task, c.index) for c in candidates] == [("a", 0), ("a", 1), ("b", 0)]
    assert source.reading == Reading(rows=6, used=3, lacking=3)
    assert str(source.reading) == (
        "3 of 6 recorded candidates used, 3 are of tasks or places that were not asked for, 3 asked for are not there"
    )
    assert str(Reading(2, 2, 0)) == "2 of 2 recorded candidates used"


def test_a_resume_takes_what_the_store_lacks(file: Path) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    store = CandidateStore(connection)
    source = RecordedSource(written(file, *({"task": task, "text": f"{task}{i}"} for i in range(2) for task in "ab")))
    stopped = iter(sample(store, source, asked()))
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]
    assert len(store.of_stage("round-1")) == 1
    assert len(list(sample(store, source, asked()))) == 3
    assert [c.text for c in store.of_stage("round-1")] == ["a0", "a1", "b0", "b1"]


WRONG = {
    '{"task": "a", "text"': "no JSON",
    "\udcff": "no JSON in UTF-8",
    "[" * 100_000: "no JSON",
    "[]": "no JSON object",
    '{"text": "x"}': '"task" must be',
    '{"task": "", "text": "x"}': '"task" must be',
    '{"task": 7, "text": "x"}': '"task" must be',
    '{"task": "a"}': '"text" must be',
    '{"task": "a", "text": null}': '"text" must be',
    '{"task": "a", "text": "x", "index": -1}': '"index" must be',
    '{"task": "a", "text": "x", "index": true}': '"index" must be',
    '{"task": "a", "text": "x", "index": 99999999999999999999}': '"index" must be',
    '{"task": "a", "text": "x", "tokens": 1.5}': '"tokens" must be',
    '{"task": "a", "text": "x", "finish_reason": "eos"}': '"finish_reason" must be one of stop, length',
    '{"task": "a", "text": "x", "finish_reason": null}': '"finish_reason" must be one of',
    '{"task": "b", "text": "x", "index": 4}': "candidate 4 of task 'b' is there twice",
    '{"task": "b", "text": "x"}': "must all have an \"index\", or none",
    '{"task": "c", "text": "x", "index": 1}': "must all have an \"index\", or none",
}  # fmt: skip


@pytest.mark.parametrize(("row", "message"), WRONG.items(), ids=[str(i) for i in range(len(WRONG))])
def test_a_wrong_row_is_named_by_its_number(file: Path, row: str, message: str) -> None:
    good = '{"task": "b", "text": "x", "index": 4}\n\n{"task": "c", "text": "x"}\n'
    file.write_bytes((good + row + "\n").encode(errors="surrogateescape"))
    with pytest.raises(RecordedError, match="row 4: ") as caught:
        list(recorded_rows(file))
    assert message in str(caught.value)
    assert caught.value.exit_code == 2
    assert '{"task": "id"' in caught.value.hint


def test_a_file_that_is_not_there_is_said(file: Path) -> None:
    with pytest.raises(RecordedError, match="No such file") as caught:
        drawn(RecordedSource(file), asked())
    assert "sampling.candidates" in caught.value.hint


def test_another_kind_of_file_is_not_read_into_memory(file: Path) -> None:
    with file.open("wb") as out:
        out.truncate(1 << 30)
    tracemalloc.start()
    with pytest.raises(RecordedError, match="row 1: more than"):
        list(recorded_rows(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20


def test_what_no_file_can_hold_is_replaced(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf{"task": "a", "text": "x\\ud800y"}\n')
    assert drawn(RecordedSource(file), asked("a", 1))[0].text == "x?y"


def test_a_survey_comes_before_the_run(file: Path) -> None:
    written(file, *({"task": task, "text": "x"} for task in ("a", "a", "a", "other")))
    assert survey(file, {"a", "b"}, 2) == Reading(rows=4, used=2, lacking=2)
    with pytest.raises(RecordedError, match=r"no candidate of any of the 1 training tasks \(4 rows\)") as caught:
        survey(file, {"b"}, 2)
    assert "'b'" in caught.value.hint
    with pytest.raises(RecordedError, match=r"\(0 rows\)"):
        survey(written(file), {"a"}, 2)


def peak_of(file: Path, tasks: int, size: int) -> int:
    row: dict[str, Any] = {"text": "x" * size}
    written(file, *({"task": f"task-{i}", **row} for i in range(tasks) for _ in range(4)))
    tracemalloc.start()
    read = sum(1 for _ in recorded_rows(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == 4 * tasks
    return peak


def test_memory_does_not_grow_with_the_texts(file: Path) -> None:
    assert peak_of(file, 100, 20_000) < 100 * 4 * 20_000 / 20
