"""luau-bench tasks, written here in the published format, are read, answered and executed."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.external.luau_bench import read_luau_bench
from eval.external.row import Row, SuiteError
from scorers.execution import ExecutionReport, run_tests

CHECK = """
local function check(label: string, got: any, expected: any)
	if got == expected then
		print("@@LUAU_BENCH_RESULT@@PASS:" .. label)
	else
		print("@@LUAU_BENCH_RESULT@@FAIL:" .. label .. ":got " .. tostring(got))
	end
end
"""
TRIPLE: dict[str, Any] = {
    "id": "t1",
    "category": "math",
    "description": "-- Three times `n`.\nlocal function triple(n: number): number",
    "reference_solution": "local function triple(n: number): number\n\treturn n * 3\nend",
    "test_harness": f'--!strict\n{{{{CODE}}}}\n{CHECK}\ncheck("one", triple(1), 3)\ncheck("zero", triple(0), 0)',
}
COUNTER: dict[str, Any] = {
    "id": "t2",
    "category": "oop",
    "description": "-- A counter.\nlocal Counter = {}",
    "reference_solution": (
        "local Counter = {}\nCounter.__index = Counter\nfunction Counter.new()\n\treturn setmetatable({ n = 0 }, Counter)\nend\n"
        "function Counter:add()\n\tself.n += 1\nend\nlocal function fresh()\n\treturn Counter.new()\nend"
    ),
    "test_harness": (
        'local _P = "@@LUAU_BENCH_RESULT@@"\n{{CODE}}\nlocal counter: any = fresh()\ncounter:add()\n'
        'local ok, result = pcall(function() return counter.n end)\nif not ok then print(_P .. "ERROR:n:" .. tostring(result))\n'
        'elseif result == 1 then print(_P .. "PASS:n")\nelse print(_P .. "FAIL:n") end\n'
        'print(_P .. (if Counter.new().n == 0 then "PASS:new" else "FAIL:new"))'
    ),
}
QUESTION = {"id": "t3", "description": "Which keyword ends a block?", "reference_solution": "(see metadata)", "answer": "end"}
TASK: dict[str, Any] = {
    "task": "small",
    "group": "examples",
    "version": 1.0,
    "system_prompt": "You write Luau.\n",
    "doc_to_text": "Complete this:\n\n{{ description }}\n{% if hint %}{{ hint }}{% endif %}",
    "doc_to_target": "{{ reference_solution }}",
    "output_type": "generate_until",
    "filters": [{"name": "extract_code", "args": {"lang": "luau"}}],
    "metric_list": [{"metric": "luau_exec", "primary": True}],
}


def write(folder: Path, **fields: Any) -> Path:
    file = folder / "small.yaml"
    file.write_text(json.dumps({**TASK, **fields}))  # JSON is YAML
    return file


def read(folder: Path, *documents: dict[str, Any]) -> tuple[Row, ...]:
    return read_luau_bench(write(folder, docs=list(documents)))


def answered(row: Row, code: str) -> ExecutionReport:
    return run_tests(row.read_reply(f"```luau\n{code}\n```", "stop").code, row.tests)


def test_rows_of_a_task(tmp_path: Path) -> None:
    rows = read(tmp_path, TRIPLE, COUNTER, QUESTION)
    assert [row.id for row in rows] == ["small/t1", "small/t2", "small/t3"]
    assert [row.category for row in rows] == ["math", "oop", "examples"]
    assert rows[0].prompt == f"Complete this:\n\n{TRIPLE['description']}"
    assert rows[0].system == "You write Luau."
    assert [row.unsupported for row in rows] == [None, None, "it has no test harness: its answer is a text"]
    assert [row.reference is None for row in rows] == [False, False, True]


def test_references_pass_and_wrong_answers_fail(tmp_path: Path) -> None:
    triple, counter = read(tmp_path, TRIPLE, COUNTER)
    for row, wrong in ((triple, ("n * 3", "n + 2")), (counter, ("+= 1", "+= 2"))):
        assert row.reference is not None
        assert run_tests(row.reference, row.tests).ok
        right = row.reference.rpartition("\nreturn")[0]
        assert answered(row, right).ok
        assert not answered(row, right.replace(*wrong)).ok
        assert not answered(row, "").ok


def test_the_failed_check_is_named(tmp_path: Path) -> None:
    (row,) = read(tmp_path, TRIPLE)
    report = answered(row, "function triple(n) return n + 2 end")
    assert (report.passed, report.total) == (0, 1)
    assert "zero:got 2" in report.failures[0].message
    assert "one" not in report.failures[0].message


@pytest.mark.parametrize("attack", [
    'print("@@LUAU_BENCH_RESULT@@PASS:one") function triple() error("stop") end',
    "print = nil local function check() end function triple() end",
    "function triple() return setmetatable({}, { __eq = function() return true end }) end",
    "local function triple(n) return n * 3 end return triple",
])  # fmt: skip
def test_what_does_not_pass_here(attack: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, TRIPLE)
    assert not answered(row, attack).ok


def test_a_harness_that_stops_half_way_or_checks_nothing_fails(tmp_path: Path) -> None:
    half, nothing = read(
        tmp_path,
        {**TRIPLE, "test_harness": TRIPLE["test_harness"] + "\nerror(triple(2))"},
        {**TRIPLE, "id": "t9", "test_harness": "{{CODE}}\ntriple(1)"},
    )
    for row in (half, nothing):
        assert not answered(row, "function triple(n) return n * 3 end").ok


def test_where_the_reference_stands(tmp_path: Path) -> None:
    code = TRIPLE["reference_solution"]
    for own, of_task, found in (("(see metadata)", code, True), (code, "-- see each doc", True), ("(see metadata)", "", False)):
        document = {**TRIPLE, "reference_solution": own}
        (row,) = read_luau_bench(write(tmp_path, docs=[document], metadata={"reference_solution": of_task}))
        assert (row.reference is not None and run_tests(row.reference, row.tests).ok) is found


def test_documents_in_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text("\n".join(json.dumps(document) for document in (TRIPLE, COUNTER)))
    rows = read_luau_bench(write(tmp_path, dataset_path="jsonl", dataset_name="data.jsonl"))
    assert [row.id for row in rows] == ["small/t1", "small/t2"]


@pytest.mark.parametrize(("harness", "reason"), [
    ("print(1)", "no place for the answer"),
    ("{{CODE}}\nlocal part = Instance.new('Part') print(f(part))", "Instance is not there"),
    ("{{CODE}}\nlocal x = = 1", "its harness, line 2"),
    ("{{CODE}}\nprint(1)", "uses no name of the answer"),
])  # fmt: skip
def test_what_cannot_run_is_named(harness: str, reason: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, {**TRIPLE, "test_harness": harness})
    assert row.unsupported is not None
    assert reason in row.unsupported


@pytest.mark.parametrize(("fields", "words"), [
    ({"docs": []}, "holds no document"),
    ({"docs": ["x"]}, "document 1: not a mapping"),
    ({"docs": [TRIPLE], "num_fewshot": 2}, "num_fewshot"),
    ({"docs": [TRIPLE], "doc_to_text": "{% if %}"}, "the template `doc_to_text`"),
    ({"dataset_path": "huggingface"}, "takes its documents from 'huggingface'"),
    ({"dataset_path": "jsonl", "dataset_name": "no.jsonl"}, "there is no file"),
    ({"task": ["a", "b"]}, "is not a task of luau-bench"),
])  # fmt: skip
def test_a_wrong_file_is_named(fields: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        read_luau_bench(write(tmp_path, **fields))
    assert words in str(caught.value)
    assert caught.value.hint


def test_templates_do_not_reach_python(tmp_path: Path) -> None:
    attack = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    with pytest.raises(SuiteError, match="the template"):
        read_luau_bench(write(tmp_path, docs=[TRIPLE], doc_to_text=attack))


def test_what_is_not_yaml(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: [")
    with pytest.raises(SuiteError, match="not valid YAML"):
        read_luau_bench(file)
