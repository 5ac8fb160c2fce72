"""Tasks that repeat each other."""

from eval.near import find_repeats
from tests.eval.tasks import a_task, a_tool_task

SUM = "function sum(list)\n\tlocal total = 0\n\tfor _, value in list do\n\t\ttotal += value\n\tend\n\treturn total\nend"


def test_a_repeated_prompt_is_named_once_with_its_split() -> None:
    first, again = a_task(id="first"), a_task(id="again", reference=SUM)
    other = a_task(id="other", prompt="Join the names of all children, sorted, with commas between them.", reference="print(1)")
    (within,) = find_repeats([("one", [first, other, again])])
    assert (within.task, within.other, within.what, within.kind) == ("again", "first", "prompt", "exact")
    assert within.text == "its prompt repeats first (exact match, similarity 1.00)"
    (between,) = find_repeats([("one", [first, other]), ("two", [again])])
    assert (between.split, between.other_split) == ("two", "one")
    assert "repeats first of one" in between.text


def test_the_same_code_under_other_names_is_a_repeat() -> None:
    renamed = SUM.replace("total", "result").replace("list", "values")
    tasks = [
        a_task(id="sum", prompt="Add up a list of whole numbers given in any order.", reference=SUM),
        a_task(id="purse", prompt="A purse holds coins; how much money does its owner have?", reference=renamed),
    ]
    (repeat,) = find_repeats([("one", tasks)])
    assert (repeat.task, repeat.what, repeat.kind) == ("purse", "reference", "normalised")


def test_two_wishes_may_need_the_same_calls() -> None:
    again = a_tool_task(id="shut-gate", prompt="Nobody may come in through the gate tonight, see to it.")
    assert find_repeats([("one", [a_tool_task(), again])]) == []
