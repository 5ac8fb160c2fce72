"""The rubric in a real environment of `verifiers` up to 0.3.1, with a client that answers from a list."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("verifiers.rubrics", reason="needs verifiers 0.3.1: python -m scripts.check_adapters verifiers-rubric")

import verifiers as vf
from datasets import Dataset
from verifiers.clients import Client
from verifiers.types import Response, ResponseMessage

from scorers import SCORERS, score
from scorers.adapters.verifiers import luau_rubric

GOOD = "local total = 1\nreturn total"
BAD = "local total = = 1"


class Scripted(Client):
    """Answers the question "good" with good code and any other with code that does not compile."""

    def setup_client(self, _config: Any) -> None:
        return None

    async def to_native_tool(self, tool: Any) -> Any:
        return tool

    async def to_native_prompt(self, messages: Any) -> tuple[Any, dict[str, Any]]:
        return messages, {}

    async def get_native_response(self, prompt: Any, *_: Any, **__: Any) -> str:
        code = GOOD if prompt[-1]["content"] == "good" else BAD
        return f"```luau\n{code}\n```"

    async def raise_from_native_response(self, _response: Any) -> None:
        return None

    async def from_native_response(self, response: str) -> Response:
        message = ResponseMessage(content=response, finish_reason="stop", is_truncated=False)
        return Response(id="1", created=0, model="scripted", message=message)

    async def close(self) -> None:
        return None


def test_environment_scores_with_the_rubric() -> None:
    dataset = Dataset.from_dict({"question": ["good", "bad"], "answer": ["", ""]})
    environment = vf.SingleTurnEnv(dataset=dataset, rubric=luau_rubric())
    results = asyncio.run(environment.evaluate(Scripted(None), model="scripted", num_examples=2))
    by_question = {output["prompt"][-1]["content"]: output for output in results["outputs"]}
    assert by_question.keys() == {"good", "bad"}
    for question, code in (("good", GOOD), ("bad", BAD)):
        report = score(code)
        reward, metrics = by_question[question]["reward"], by_question[question]["metrics"]
        assert reward == metrics["luau"] == pytest.approx(report.composite)
        assert [metrics[f"luau_{name}"] for name in SCORERS] == pytest.approx([report.scores[name] for name in SCORERS])
    assert by_question["good"]["reward"] > by_question["bad"]["reward"]
