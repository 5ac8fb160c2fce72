"""Globals by their paths, also through locals that stand for them."""

import pytest

from scorers.language import parse
from scorers.language.expressions import Call
from scorers.language.paths import global_path, reads_of


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("task.wait()", "task.wait"),
        ("local task = task task.wait()", "task.wait"),
        ("local wait = task.wait wait()", "task.wait"),
        ("local t = task local u = t u.wait()", "task.wait"),
        ("local new = Instance['new'] new()", "Instance.new"),
        ("Instance['new']()", "Instance.new"),
        ("(task).wait()", "task.wait"),
    ],
)
def test_calls_by_the_global_that_is_meant(source: str, path: str) -> None:
    unit = parse(source)
    (call,) = unit.all(Call)
    assert global_path(unit, call.function) == path
    if not source.startswith("("):
        assert unit.calls(path) == [call]


@pytest.mark.parametrize(
    "source",
    [
        "local task = {} task.wait()",
        "local t = task t = 1 t.wait()",
        "local function f(t) t.wait() end",
        "local t = task or {} t.wait()",
        "local a, b = task b.wait()",
        "local name = 'wait' task[name]()",
        "f().wait()",
    ],
)
def test_what_may_be_something_else_has_no_path(source: str) -> None:
    unit = parse(source)
    assert not any(path.endswith("wait") for path in unit.global_calls)


def test_calls_stay_in_the_order_of_the_source() -> None:
    unit = parse("local new = Instance.new\nnew(1)\nInstance.new(2)\nnew(3)\nInstance['new'](4)")
    assert [call.line for call in unit.calls("Instance.new")] == [2, 3, 4, 5]


def test_reads_of_a_value_follow_locals_that_are_never_written() -> None:
    unit = parse("local a = Enum\nlocal b = a\nprint(b)\nlocal c = a\nc = 1\nprint(c)")
    (root,) = unit.global_reads["Enum"]
    assert sorted(node.line for node in reads_of(unit, root)) == [1, 2, 3, 4]


def test_a_long_chain_of_members_has_no_path() -> None:
    unit = parse("local a = x.y\nlocal b = a.z\nlocal c = b.u.v.w\nc()")
    assert unit.calls("x.y.z.u.v.w") == ()
