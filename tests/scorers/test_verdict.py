"""The verdict rule: every combination of what the judges may say."""

import itertools

import pytest

from scorers.compiler import CompileResult
from scorers.diagnostics import Severity
from scorers.verdict import Verdict, judge

YES = CompileResult(ok=True)
PLUAU_NO = CompileResult(False, "pluau's words", 3)
NEWEST_NO = CompileResult(False, "luau-compile's words", 4)
OWN_NO = [(2, 5, "own words"), (9, 1, "more")]


def votes_of(own: bool, newer: bool, pluau: bool | None, newest: bool | None) -> Verdict:
    return judge(
        [] if own else OWN_NO,
        newer,
        None if pluau is None else YES if pluau else PLUAU_NO,
        None if newest is None else YES if newest else NEWEST_NO,
    )


@pytest.mark.parametrize(
    ("own", "newer", "pluau", "newest"),
    list(itertools.product([True, False], [True, False], [True, False, None], [True, False, None])),
)
def test_the_whole_table(own: bool, newer: bool, pluau: bool | None, newest: bool | None) -> None:
    verdict = votes_of(own, newer, pluau, newest)
    counted = {own, *({newest} - {None})}
    if pluau is True or (pluau is False and not newer):
        counted.add(pluau)
    assert verdict.ok is (newest if newest is not None else False not in counted)
    assert (verdict.disagreement is not None) is (len(counted) == 2)
    assert (verdict.diagnostic() is None) is (verdict.disagreement is None)


@pytest.mark.parametrize(
    ("own", "newer", "pluau", "newest", "ok", "words"),
    [
        (True, False, True, True, True, None),
        (False, False, False, False, False, None),
        (True, True, False, None, True, None),
        (True, False, False, None, False, "pluau (Luau 0.686) rejects it (line 3: pluau's words)"),
        (False, False, True, None, False, "the own parser rejects it (line 2: own words)"),
        (False, False, True, True, True, "the own parser rejects it (line 2: own words)"),
        (True, False, True, False, False, "luau-compile rejects it (line 4: luau-compile's words)"),
        (True, False, False, True, True, "pluau (Luau 0.686) rejects it"),
    ],
)
def test_who_decides(own: bool, newer: bool, pluau: bool | None, newest: bool | None, ok: bool, words: str | None) -> None:
    verdict = votes_of(own, newer, pluau, newest)
    assert verdict.ok is ok
    assert (words or "") in (verdict.disagreement or "")


def test_a_disagreement_is_a_finding_without_blame() -> None:
    found = votes_of(own=True, newer=False, pluau=False, newest=None).diagnostic()
    assert found is not None
    assert (found.check, found.scorer, found.severity, found.line) == ("compiler-disagreement", "syntax", Severity.INFO, 3)
    assert found.message.startswith("the own parser accepts this source, ")


def test_a_judge_that_names_no_line_points_at_the_first() -> None:
    verdict = judge([], False, CompileResult(False, "it died by SIGILL", None), None)
    assert (verdict.ok, verdict.line) == (False, 1)
    assert "(it died by SIGILL)" in (verdict.disagreement or "")
