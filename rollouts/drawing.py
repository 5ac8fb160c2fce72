"""One request for candidates: as it is told to one child after another, and as their messages fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rollouts.child import Message
from rollouts.source import Progress, SampleRequest
from rollouts.store import Candidate, FinishReason
from rollouts.survival import DEATHS, Remaining


class Drawing:
    """What a request still lacks. `rows` is the most to be decoded at once; None leaves it to the child."""

    def __init__(self, request: SampleRequest, max_rows: int | None) -> None:
        self._request = request
        self._places: dict[str, list[tuple[str, int]]] = {}
        self._remaining: Remaining | None = None
        self._used_rows = max_rows
        self._early_deaths = 0
        self.rows = max_rows
        self.recycles = False
        """The child has asked to be replaced."""

    def wanted(self) -> Message | None:
        """The next request; None when nothing is left to draw."""
        if self._remaining is None:
            return self._message({prompt.task: prompt.indices for prompt in self._request.prompts})
        indices: dict[str, list[int]] = {}
        for key in self._remaining.group():
            for task, index in self._places[key]:
                indices.setdefault(task, []).append(index)
        return self._message(indices) if indices else None

    def _message(self, indices: Mapping[str, Sequence[int]]) -> Message:
        request = self._request
        return {
            "model": str(request.policy.model),
            "adapter": str(request.policy.adapter) if request.policy.adapter else None,
            "identity": asdict(request.policy.identity),
            "parameters": asdict(request.parameters),
            "seed": request.seed,
            "round": request.round_index,
            "common_streams": request.common_streams,
            "max_rows": self.rows,
            "prompts": [
                {"task": prompt.task, "messages": list(prompt.messages), "indices": list(indices[prompt.task])}
                for prompt in request.prompts
                if prompt.task in indices
            ],
        }

    def take(self, reply: Message) -> Sequence[Candidate | Progress]:
        """What a message of the child brings."""
        match reply["kind"]:
            case "plan":
                self._begin(reply)
            case "started":
                self._known().started(reply["keys"])
            case "completion":
                self._known().delivered(reply["key"])
                return self._candidates(reply["key"], reply["text"], reply["tokens"], reply["finish_reason"])
            case "progress":
                return [Progress(reply["tokens"])]
            case "recycle":
                self._known().rested()
                self.recycles = True
        return []

    def _begin(self, plan: Message) -> None:
        self._used_rows, self.recycles = plan["rows"], False
        if self._remaining is None:
            self._places = {key: [(task, index) for task, index in places] for key, places in plan["keys"].items()}
            self._remaining = Remaining(self._places)

    def _known(self) -> Remaining:
        assert self._remaining is not None, "a child says its plan first"
        return self._remaining

    def died(self) -> bool:
        """Take note of the child's death; False when another would be of no use."""
        if self._remaining is None or self._used_rows is None:
            self._early_deaths += 1
            return self._early_deaths < DEATHS
        hope = self._remaining.died(self._used_rows)
        self.rows = self._remaining.rows or self.rows
        return hope

    def given_up(self) -> Sequence[Candidate]:
        """The candidates that no child survives, each once: finish reason `died`, no text."""
        keys = self._remaining.given_up() if self._remaining else ()
        return [candidate for key in keys for candidate in self._candidates(key, "", 0, "died")]

    def _candidates(self, key: str, text: str, tokens: int, finish_reason: FinishReason) -> list[Candidate]:
        stage = self._request.stage
        return [Candidate(stage, task, index, key, text, tokens, finish_reason) for task, index in self._places[key]]
