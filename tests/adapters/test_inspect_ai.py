"""The scorer in a real evaluation with Inspect's mock model."""

from pathlib import Path

import pytest

pytest.importorskip("inspect_ai", reason="needs inspect-ai: python -m scripts.check_adapters inspect")

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.solver import generate

from scorers import score
from scorers.adapters.inspect_ai import luau

BAD = "local total = = 1"
GOOD = "local total = 1\nreturn total"


def reply(text: str, stop_reason: str = "stop") -> ModelOutput:
    """A model's output. Without a usage the mock model would fetch a tokenizer to count with."""
    output = ModelOutput.from_content("mockllm/model", text, stop_reason=stop_reason)
    output.usage = ModelUsage()
    return output


def test_evaluation_scores_each_sample(tmp_path: Path) -> None:
    outputs = [reply(f"```luau\n{BAD}\n```"), reply(GOOD, stop_reason="max_tokens")]
    (log,) = eval(
        Task(dataset=[Sample(input="Write code."), Sample(input="Write more code.")], solver=generate(), scorer=luau()),
        model=get_model("mockllm/model", custom_outputs=outputs),
        log_dir=str(tmp_path),
        display="none",
        max_connections=1,
        max_samples=1,
    )
    assert log.status == "success", log.error
    first, second = (sample.scores["luau"] for sample in log.samples)
    bad, good = score(BAD), score(GOOD)
    assert (first.value, second.value) == pytest.approx((bad.composite, good.composite))
    assert (first.answer, second.answer) == (BAD, GOOD)
    assert first.metadata == {"scores": bad.scores, "compiles": bad.compiles, "fenced": True, "truncated": False}
    assert second.metadata["truncated"]
    lines = first.explanation.splitlines()
    assert len(lines) == len(bad.diagnostics) > 0
    for line, found in zip(lines, bad.diagnostics, strict=True):
        assert line.startswith(f"{found.line}:{found.column} {found.severity.value} {found.check}: {found.message}")
    assert log.results.scores[0].metrics["mean"].value == pytest.approx((bad.composite + good.composite) / 2)
