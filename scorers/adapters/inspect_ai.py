"""A scorer for Inspect.

from scorers.adapters.inspect_ai import luau

Task(dataset=..., solver=generate(), scorer=luau())
"""

from functools import partial

from anyio import to_thread
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState

from scorers.adapters.replies import ScoredReply, score_reply
from scorers.diagnostics import Diagnostic

_CUT_OFF = ("max_tokens", "model_length")


@scorer(metrics=[mean(), stderr()])
def luau() -> Scorer:
    """Scores the Luau code in the model's output; the target is not looked at.

    The value is the composite in [0, 1], the answer the extracted code, the explanation one line a finding. The
    metadata hold the four scores, `compiles`, and whether the code was fenced and cut off. Raises what `scorers.score`
    raises, which Inspect reports as the sample's error.
    """

    async def judge(state: TaskState, _target: Target) -> Score:
        finish_reason = "length" if state.output.stop_reason in _CUT_OFF else "stop"
        # Scoring waits for the compiler's process; the other samples go on meanwhile.
        scored = await to_thread.run_sync(partial(score_reply, state.output.completion, finish_reason=finish_reason))
        return _as_score(scored)

    return judge


def _as_score(scored: ScoredReply) -> Score:
    report, extracted = scored.report, scored.extracted
    return Score(
        value=report.composite,
        answer=extracted.code,
        explanation="\n".join(map(_line, report.diagnostics)) or "no findings",
        metadata={
            "scores": dict(report.scores),
            "compiles": report.compiles,
            "fenced": extracted.fenced,
            "truncated": extracted.truncated,
        },
    )


def _line(found: Diagnostic) -> str:
    hint = f" ({found.hint})" if found.hint else ""
    return f"{found.line}:{found.column} {found.severity.value} {found.check}: {found.message}{hint}"
