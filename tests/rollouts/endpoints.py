"""What the tests of the endpoint share: what is asked, and a quick client."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rollouts.endpoint import EndpointSource
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.prompt import messages_for
from rollouts.source import PolicySource, SampleRequest, TaskPrompt
from rollouts.store import Candidate
from tests.fakes.openai_api import OpenAIServer

Draw = Callable[..., list[Candidate]]


def asked(n: int = 3, tasks: str = "abc", **changes: Any) -> SampleRequest:
    """`n` candidates of each task, whose names are single letters."""
    prompts = [TaskPrompt(task, messages_for(f"write {task}", "Be brief."), range(n)) for task in tasks]
    parameters = SamplingParameters(0.8, 0.95, 64)
    request = SampleRequest("round-1", PolicySource(Path("base"), None, PolicyIdentity("x", "y")), prompts, parameters, 5, 1)
    return replace(request, **changes)


def drawing(log: Path) -> Draw:
    """A function that draws from a server and gives the candidates."""

    def of(server: OpenAIServer, request: SampleRequest, concurrency: int = 8, key: str = "") -> list[Candidate]:
        with EndpointSource(server.url, "served", concurrency, key, log) as source:
            return [arrived for arrived in source.draw(request) if isinstance(arrived, Candidate)]

    return of
