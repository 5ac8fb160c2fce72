"""Programs drawn from the grammar parse without errors, and the real compiler agrees."""

from hypothesis import HealthCheck, given, settings

from scorers.compiler import compile_in_worker
from scorers.language import parse
from tests.scorers.language.programs import programs

_quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=200, deadline=None, suppress_health_check=_quiet)
@given(programs())
def test_generated_programs_parse(source: str) -> None:
    assert parse(source).errors == ()


@settings(max_examples=40, deadline=None, suppress_health_check=_quiet)
@given(programs(modern=False))
def test_the_compiler_agrees(source: str) -> None:
    assert parse(source).errors == ()
    assert compile_in_worker(source).message is None
