"""One question to a server of completions: sent, tried again where that can help, refused in words where it cannot."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from rollouts.endpoint_wire import EndpointDown, EndpointRefused, Garbled, Json, Reply, read_reply, refused_field, words_of

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 10.0
REPLY_SECONDS = 1800.0
"""A reply comes when it is whole: thousands of tokens, behind a queue, on a slow machine."""
ATTEMPTS = 6
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
LONGEST_ASKED_WAIT_SECONDS = 600.0
"""A server that asks for more patience than this is down."""
START_ONE = (
    "Start one, for instance `mlx_lm.server --model MODEL --port 8080` (sampling.endpoint.url = \"http://127.0.0.1:8080/v1\") or "
    "`vllm serve MODEL` (port 8000), and run the same command again: what was drawn is kept."
)  # fmt: skip
GO_ON = "Look at the server's log, and run the same command again: what was drawn is kept."


class Passing(Exception):
    """A failure that another attempt may not have. `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, *, hint: str = GO_ON, wait: float | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.wait = wait


class FieldRefused(Exception):
    """The server does not take a field of the request."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class EndpointClient:
    """Connections to one server, as an async context manager.

    Written on httpx2: connection pools, TLS, proxies and cancellation, and it is there wherever mlx-lm is (huggingface_hub
    stands on it), without which nothing could be trained.

    Args:
        url: Up to and with `/v1`.
        key: Sent as bearer token; empty where the server asks for none. No message and no log line holds it.
        concurrency: Connections kept.
        log: A file that a line is appended to for each failed attempt.
    """

    def __init__(self, url: str, key: str, concurrency: int, log: Path) -> None:
        self._url = url
        self._key = key
        self._log = log
        self._http = _connections(url, key, concurrency)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def program(self) -> str:
        """What the server calls itself in its headers; empty where it does not say or does not answer."""
        import httpx2

        try:
            async with self._http.stream("GET", f"{self._url}/models", timeout=CONNECT_SECONDS) as response:
                return str(response.headers.get("server", ""))
        except httpx2.HTTPError:
            return ""  # the first request will say what is wrong

    async def complete(self, body: Json, limit: int) -> Reply:
        """The completion. A reply of more than `limit` bytes is refused.

        Raises FieldRefused; EndpointRefused where asking again gives the same; EndpointDown when no attempt brought a reply.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Passing),
            wait=_pause,
            stop=stop_after_attempt(ATTEMPTS),
            before_sleep=lambda state: self.note(f"attempt {state.attempt_number}: {_failure(state)}"),
            reraise=True,
        )
        try:
            return await retrying(self._attempt, body, limit)
        except Passing as failure:
            raise EndpointDown(f"the server at {self._url} gave no reply: {failure}.", hint=failure.hint) from None

    def note(self, line: str) -> None:
        """Append a line to the log."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {self._scrubbed(line)}\n")

    async def _attempt(self, body: Json, limit: int) -> Reply:
        import httpx2

        try:
            async with self._http.stream("POST", f"{self._url}/chat/completions", json=body) as response:
                data = await _read(response, limit)
                if response.status_code != 200:
                    raise self._refusal(response, self._scrubbed(words_of(data)), body)
                return read_reply(data, body.get("stop", ()))
        except Garbled as error:
            raise Passing(self._scrubbed(str(error))) from None
        except EndpointRefused as error:
            raise EndpointRefused(self._scrubbed(str(error)), hint=error.hint) from None
        except httpx2.ConnectError as error:
            raise Passing(f"the connection failed ({error})", hint=START_ONE) from None
        except httpx2.TimeoutException as error:
            raise Passing(f"no answer in time ({type(error).__name__})") from None
        except httpx2.TransportError as error:
            raise Passing(f"the connection broke ({error or type(error).__name__})") from None

    def _refusal(self, response: "httpx2.Response", words: str, body: Json) -> Exception:
        status = response.status_code
        if status in (408, 409, 425, 429) or status >= 500:
            return self._passing(response, words)
        if status in (400, 422) and (field := refused_field(words, body)):
            return FieldRefused(field, words)
        return EndpointRefused(f"the server at {self._url} refuses ({status}): {words}", hint=_what_to_check(status))

    def _passing(self, response: "httpx2.Response", words: str) -> Exception:
        wait = seconds_of(response.headers.get("retry-after"))
        if wait is not None and wait > LONGEST_ASKED_WAIT_SECONDS:
            return EndpointDown(
                f"the server at {self._url} asks to come back in {wait:.0f} seconds: {words}",
                hint="Run the same command again then: what was drawn is kept.",
            )
        return Passing(f"it answers {response.status_code}: {words}", wait=wait)

    def _scrubbed(self, text: str) -> str:
        """A server's error can repeat what was sent."""
        return text.replace(self._key, "[key]") if self._key else text


def _connections(url: str, key: str, concurrency: int) -> "httpx2.AsyncClient":
    try:
        import httpx2
    except ImportError as error:
        raise EndpointRefused("the package httpx2 is not installed.", hint='pip install "rft[mlx]"') from error
    return httpx2.AsyncClient(
        headers={"authorization": f"Bearer {key}"} if key else {},
        timeout=httpx2.Timeout(REPLY_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
        # A proxy of the environment cannot reach a server on this machine.
        trust_env=urlsplit(url).hostname not in ("localhost", "127.0.0.1", "::1"),
    )


async def _read(response: "httpx2.Response", limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > limit:
            raise EndpointRefused(
                f"the server sent more than {limit} bytes for one reply.",
                hint="Check sampling.endpoint.url, and that the server honours max_tokens.",
            )
    return bytes(data)


def _pause(state: RetryCallState) -> float:
    """What the server asked for, else twice as long each time, with jitter so that all do not come back at once."""
    failure = _failure(state)
    asked = failure.wait if isinstance(failure, Passing) else None
    own = wait_exponential(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS) + wait_random(0, FIRST_WAIT_SECONDS)
    return own(state) if asked is None else asked


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def seconds_of(retry_after: str | None) -> float | None:
    """A `Retry-After` header in seconds, which may be a number or a date; None where it is neither."""
    if retry_after is None:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _what_to_check(status: int) -> str:
    if status in (401, 403):
        return "Put the server's key into the environment variable that sampling.endpoint.key_env names."
    if status == 404:
        return (
            "Check sampling.endpoint.model (the server's /models lists what it knows) and sampling.endpoint.url, "
            "which mostly ends with `/v1`."
        )
    return "Check sampling.endpoint and the settings of [sampling] against what this server takes."
