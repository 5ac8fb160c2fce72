"""The verdict and the first error's line on our own snippets, against what the real compiler reaches."""

from collections import Counter

import pytest

from scorers.language import parse
from tests.scorers.language.corpus import rows

MIN_REJECTED = 0.995
MIN_NEAR = 0.94


def test_broken_snippets_are_rejected() -> None:
    accepted = [row["id"] for row in rows("broken") if not parse(row["code"]).errors]
    assert len(accepted) <= (1 - MIN_REJECTED) * len(rows("broken")), accepted


def test_the_first_error_is_within_one_line_of_the_mistake() -> None:
    far = []
    for row in rows("broken"):
        errors = parse(row["code"]).errors
        if not errors or abs(errors[0].line - row["line"]) > 1:
            far.append((row["id"], row["line"], errors[0].line if errors else None))
    assert len(far) <= (1 - MIN_NEAR) * len(rows("broken")), far


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in rows("valid")])
def test_valid_snippets_are_accepted(row: dict[str, str]) -> None:
    assert parse(row["code"]).errors == ()


def test_errors_come_with_a_message_in_the_order_of_the_source() -> None:
    for row in rows("broken"):
        errors = parse(row["code"]).errors
        assert all(error.message for error in errors), row["id"]
        assert list(errors) == sorted(errors, key=lambda error: (error.line, error.column)), row["id"]


def test_foreign_idioms_come_with_a_hint() -> None:
    """The line of a foreign idiom says how Luau has it."""
    bare = Counter(
        row["foreign"]
        for row in rows("broken")
        if row["foreign"] and not any(e.hint for e in parse(row["code"]).errors if abs(e.line - row["line"]) <= 1)
    )
    foreign = sum(1 for row in rows("broken") if row["foreign"])
    assert bare.total() <= 0.1 * foreign, bare


def test_the_corpus_is_large_and_varied() -> None:
    broken, valid = rows("broken"), rows("valid")
    assert len(broken) >= 340
    assert len({row["kind"] for row in broken}) >= 40
    assert len(valid) >= 200
    for some in (broken, valid):
        assert len({row["id"] for row in some}) == len({row["code"] for row in some}) == len(some)
    for row in broken:
        assert 1 <= row["line"] <= row["code"].count("\n") + 1, row["id"]


def test_every_problem_has_a_hint() -> None:
    problems = [problem for row in rows("broken") for problem in parse(row["code"]).errors]
    assert len(problems) >= len(rows("broken"))
    assert [problem.message for problem in problems if not problem.hint] == []
    # The last resort of `general_hint` helps nobody.
    assert [problem.message for problem in problems if "stands before this place" in (problem.hint or "")] == []
