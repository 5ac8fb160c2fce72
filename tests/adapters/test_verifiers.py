"""The plugged functions in the scoring of a real task of `verifiers` from 0.4 on."""

import asyncio

import pytest

pytest.importorskip("verifiers", minversion="0.4", reason="needs verifiers 0.4: python -m scripts.check_adapters verifiers")

import verifiers.v1 as vf

from scorers import SCORERS, score
from scorers.adapters.verifiers import luau_rubric

CONFIG = {
    "rewards": {"luau": {"fn": "scorers.adapters.verifiers:luau_reward", "weight": 0.5}},
    "metrics": {"luau": {"fn": "scorers.adapters.verifiers:luau_metrics"}},
}


@pytest.mark.parametrize("code", ["local total = 1\nreturn total", "local total = = 1"])
def test_task_scores_the_last_reply(code: str) -> None:
    task = vf.Task(vf.TaskData(prompt="Write code."), vf.TaskConfig.model_validate(CONFIG))
    trace = vf.Trace(
        task=vf.TraceTask(type="Task", data=task.data),
        agent=vf.AgentInfo(config=vf.AgentConfig()),
        nodes=[
            vf.MessageNode(message=vf.UserMessage(content="Write code.")),
            vf.MessageNode(parent=0, sampled=True, message=vf.AssistantMessage(content=f"```luau\n{code}\n```")),
        ],
    )
    asyncio.run(task.score(trace))
    report = score(code)
    assert trace.reward == pytest.approx(0.5 * report.composite)
    assert trace.metrics == pytest.approx({f"luau_{name}": report.scores[name] for name in SCORERS})


def test_rubric_says_what_to_use_instead() -> None:
    with pytest.raises(ImportError, match="luau_reward"):
        luau_rubric()
