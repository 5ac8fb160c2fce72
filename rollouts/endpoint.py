"""A server that speaks the OpenAI protocol as a source of candidates: mlx_lm.server, vLLM, LM Studio, llama.cpp.

What it serves is what samples: no adapter is sent to it. Seeds are asked for; whether a server honours them, and gives the same
text in another batch, is its own matter. What is stored is never drawn again, so a resume does not depend on it.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from rollouts.endpoint_client import EndpointClient, FieldRefused
from rollouts.endpoint_wire import EndpointRefused, Reply, dispensable, request_body
from rollouts.identity import PolicyIdentity, SamplingParameters, candidate_key
from rollouts.prompt import Message
from rollouts.source import Progress, SampleRequest
from rollouts.store import Candidate
from rollouts.threaded import in_thread

SEED_BITS = 31
"""Every server takes so many; llama.cpp reads 32 ones as "any"."""
ONE_AT_A_TIME = "BaseHTTP"
"""How mlx_lm.server names itself. It batches requests, but serves one with a seed alone (`_is_batchable`, 0.32): it gets none."""
BYTES = 1 << 20
BYTES_PER_TOKEN = 256
"""What a reply may have at most, escapes and a copy of the thinking included."""


@dataclass(frozen=True, slots=True)
class Question:
    """One completion to ask for, its seed, and the tasks and indices that it answers."""

    key: str
    seed: int
    messages: Sequence[Message]
    places: list[tuple[str, int]]


class EndpointSource:
    """Draws candidates from a server, each with a request of its own.

    Args:
        url: Where it answers, up to and with `/v1`.
        model: The model's name there.
        concurrency: Requests at a time.
        key: The server's key; empty where it asks for none.
        log: A file; a line for each failed attempt is appended to it.

    Raises EndpointRefused for an address or a key that cannot be used.
    """

    def __init__(self, url: str, model: str, concurrency: int, key: str, log: Path) -> None:
        self._url = _address(url)
        self._model = model
        self._concurrency = concurrency
        self._key = _sendable(key)
        self._log = log

    def draw(self, request: SampleRequest) -> Iterator[Candidate | Progress]:
        """What `rollouts.source.Source` says.

        Raises EndpointRefused, where asking again gives the same, or EndpointDown, where it may not. Closing the iterator, also
        by a Ctrl-C, ends all connections and waits for no reply.
        """
        questions = plan(request, PolicyIdentity(f"{self._url} {self._model}", ""))

        async def ask(give: Callable[[Candidate | Progress], None]) -> None:
            await self._ask_all(questions, request, give)

        yield from in_thread(ask)

    async def _ask_all(
        self, questions: Sequence[Question], request: SampleRequest, give: Callable[[Candidate | Progress], None]
    ) -> None:
        async with EndpointClient(self._url, self._key, self._concurrency, self._log) as client:
            asking = _Asking(client, self._model, request.parameters)
            if (await client.program()).startswith(ONE_AT_A_TIME):
                asking.without.add("seed")
            left = iter(questions)

            async def ask_on() -> None:
                for question in left:
                    reply = await asking.reply(question)
                    give(Progress(reply.tokens))
                    for task, index in question.places:
                        give(Candidate(request.stage, task, index, question.key, reply.text, reply.tokens, reply.finish_reason))

            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(self._concurrency, len(questions))):
                        group.create_task(ask_on())
            except BaseExceptionGroup as failures:
                raise failures.exceptions[0] from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Connections end with the generator that `draw` returned."""


class _Asking:
    """What is learned about a server while it is asked: the fields that it does not take, the endings that it invents."""

    def __init__(self, client: EndpointClient, model: str, parameters: SamplingParameters) -> None:
        self._client = client
        self._model = model
        self._parameters = parameters
        self._noted: set[str] = set()
        self.without: set[str] = set()

    async def reply(self, question: Question) -> Reply:
        """The reply to a question, asked again without what the server does not take and can do without."""
        limit = BYTES + BYTES_PER_TOKEN * self._parameters.max_new_tokens
        while True:
            body = request_body(self._model, question.messages, self._parameters, question.seed, self.without)
            try:
                reply = await self._client.complete(body, limit)
            except FieldRefused as refused:
                self._do_without(refused)
                continue
            if reply.finish_reason == "died":
                self._note_once(f"replies that end with {reply.said!r} are not taken as whole, and never kept")
            return reply

    def _do_without(self, refused: FieldRefused) -> None:
        if refused.field not in dispensable(self._parameters):
            setting = "thinking" if refused.field == "chat_template_kwargs" else refused.field
            raise EndpointRefused(
                f"the server does not take `{refused.field}`: {refused}",
                hint=f"Leave sampling.{setting} at its default, or use a server that knows it (vLLM and mlx_lm.server do).",
            ) from None
        self.without.add(refused.field)
        self._note_once(f"the server does not take `{refused.field}`, and is asked without it: {refused}")

    def _note_once(self, line: str) -> None:
        if line not in self._noted:
            self._noted.add(line)
            self._client.note(line)


def plan(request: SampleRequest, served: PolicyIdentity) -> list[Question]:
    """What to ask: each candidate once. Tasks that ask the same prompt share its candidates, as everywhere.

    The server's tokens are unknown, so the messages' text stands for them in the candidate's key.
    """
    questions: dict[str, Question] = {}
    for prompt in request.prompts:
        asked = json.dumps(list(prompt.messages), sort_keys=True).encode()
        for index in prompt.indices:
            key, luck = (
                candidate_key(
                    seed=request.seed, round_index=request.round_index, policy=policy, prompt_tokens=tuple(text),
                    parameters=request.parameters, index=index,
                )
                for policy, text in (
                    (served, asked),
                    (PolicyIdentity("", ""), prompt.task.encode()) if request.common_streams else (served, asked),
                )
            )  # fmt: skip
            question = questions.setdefault(key, Question(key, int(luck, 16) >> (128 - SEED_BITS), prompt.messages, []))
            question.places.append((prompt.task, index))
    return list(questions.values())


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, or a port that is none
        sound = False
    if not sound:
        raise EndpointRefused(
            f"sampling.endpoint.url is no address of a server: {url!r}.",
            hint='It begins with http:// or https:// and mostly ends with `/v1`, like "http://127.0.0.1:8080/v1".',
        )
    if parts.username or parts.password:
        raise EndpointRefused(
            "sampling.endpoint.url holds a password.",
            hint="Put the server's key into the environment variable that sampling.endpoint.key_env names.",
        )
    return url.rstrip("/")


def _sendable(key: str) -> str:
    """The key without the line break that a file may end with. What no header can hold, the HTTP library would print."""
    stripped = key.strip()
    if not all("!" <= character <= "~" for character in stripped):
        raise EndpointRefused(
            "the server's key holds a space or a character that no key has.",
            hint="Copy it again into the environment variable that sampling.endpoint.key_env names.",
        )
    return stripped
