"""Which mutants are run: few of many, the same ones every time, none that is the reference in other words."""

import mmap
from collections import Counter

import pytest

from eval.mutation import Chosen, Subject, all_mutants, choose_mutants
from eval.mutation.bytecode import hash_all

LONG = "\n".join(
    f"function f{i}(a)\n\tif a > {i} then\n\t\treturn a * {i + 2}\n\tend\n\treturn g(a, {i})\nend" for i in range(30)
)


def choose(code: str, count: int = 40, *named: str) -> Chosen:
    (chosen,) = choose_mutants([Subject("a-task", code, "script", frozenset(named))], count)
    return chosen


def test_few_are_spread_over_operators_and_lines() -> None:
    assert len(all_mutants(LONG, "script")) > 200
    mutants = choose(LONG).mutants
    assert len(mutants) == 40
    operators = Counter(mutant.operator for mutant in mutants)
    assert max(operators.values()) - min(operators.values()) <= 1
    assert len({mutant.label.partition(":")[0] for mutant in mutants}) >= 35


def test_the_choice_is_the_same_every_time_and_another_for_another_task() -> None:
    here, there = (choose_mutants([Subject(name, LONG, "script")], 40)[0].mutants for name in ("here", "there"))
    assert here == choose_mutants([Subject("here", LONG, "script")], 40)[0].mutants
    assert here != there


def test_what_compiles_to_the_same_is_no_mutant() -> None:
    chosen = choose("local x = ...\nlocal y = if true then x else 2\nprint(y)")
    assert "2:31 2 to 3" not in [mutant.label for mutant in chosen.mutants]
    assert "2:14 always" not in chosen.equivalent  # it is the reference's own text, hence never made
    assert chosen.equivalent
    assert len({mutant.changed for mutant in chosen.mutants}) == len(chosen.mutants)


def test_what_does_not_compile_is_left_out() -> None:
    assert hash_all(["return 1", "return return", "return 2 - 1", "return 2"]) == [
        (one := hash_all(["return 1"])[0]),
        None,
        one,
        hash_all(["return 2"])[0],
    ]


def test_a_process_that_has_much_mapped_can_compile() -> None:
    with mmap.mmap(-1, 4 << 30, prot=mmap.PROT_READ):
        assert hash_all(["return 1"])[0] is not None


def test_code_that_ends_the_compiler_takes_nothing_with_it() -> None:
    deadly = "return " + "1," * 254 + "1"
    found = hash_all(["return 1", deadly, "return 1"])
    assert found[0] == found[2] is not None
    assert found[1] is None


@pytest.mark.parametrize("count", [0, 1, 40])
def test_named_mutants_are_found_whether_chosen_or_not(count: int) -> None:
    label = all_mutants(LONG, "script")[-1].label
    chosen = choose(LONG, count, label, "1:1 nothing")
    assert [mutant.label for mutant in chosen.named] == [label]
    assert chosen.unknown == ("1:1 nothing",)
    assert len(chosen.mutants) == count
