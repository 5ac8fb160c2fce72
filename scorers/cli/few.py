"""Scores a few scripts: here, while one worker starts and compiles them. A worker that scores too would start later."""

from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import ExitStack
from typing import Any, TypeVar

from scorers.cli.problems import ScorerFailed
from scorers.cli.stream import Script
from scorers.compiler import CompileResult
from scorers.errors import CompilerUnavailable, ScorersError
from scorers.execution.batch import make_scorer, score_with, tools_of
from scorers.execution.options import ScoringOptions
from scorers.execution.pool import LuauPool

S = TypeVar("S", bound=Script)


def score_few(scripts: list[S], *, options: ScoringOptions, notice: Callable[[str], None]) -> Generator[tuple[S, dict[str, Any]]]:
    """What `score_stream` does for many.

    Raises:
        ScorerFailed: the worker failed.
    """
    with ExitStack() as stack:
        verdicts: list[Future[CompileResult] | None] = [None] * len(scripts)
        if options.compiler:
            pool = stack.enter_context(LuauPool(1))
            verdicts = [pool.submit_compile(script.code) for script in scripts]
        scorer, tools = make_scorer(options), tools_of(options)
        for script, verdict in zip(scripts, verdicts, strict=True):
            compiled, reason = (None, None) if verdict is None else _verdict(script, verdict)
            if reason is not None and script is scripts[0]:
                notice(reason)
            yield script, score_with(scorer, tools, script.code, compiled).to_json()


def _verdict(script: Script, future: "Future[CompileResult]") -> tuple[CompileResult | None, str | None]:
    """The compiler's verdict, or why there is none."""
    try:
        return future.result(), None
    except CompilerUnavailable as error:
        return None, str(error)
    except ScorersError as error:
        raise ScorerFailed(f"{script.name}: {error}.", hint=error.hint) from error
