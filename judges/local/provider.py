"""The local judge as a provider. It never samples: the same request gives the same verdict, and none costs anything.

For each criterion the model's probabilities of the digits 0 to 4 give the expected value (G-Eval, Liu et al. 2023,
arXiv 2303.16634). The model runs in a child process which `rft` starts; this module knows its `ask` alone. What it does not
give: reasons, and flags. A second opinion (`sample_index` 1) repeats the first; it has a key of its own all the same, so that
the ledger counts both.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from judges import rubric
from judges.calls import Billed, CallFailed, PreparedCall, RawReply, Unusable, Usage
from judges.errors import JudgeConfigError
from judges.keys import canonical_json
from judges.local.questions import QUESTIONS
from judges.local.reply import Answered, TooLong, parse_reply
from judges.verdict import JudgeRequest, Verdict

Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From {system, task, candidate, questions: [{ask, reply}]} to `readings` ({expected, shares, mass} a question) with the tokens
`read` and `reused`, or to `too_long` in words. Blocking, called from one thread at a time. An error that carries a `hint` is
told; its `exit_code` 2 says that the model cannot be a judge."""

FORM = 1
"""How the texts become a prompt and its digits a verdict; part of every key. Raise it when either changes."""


class LocalProvider:
    """Verdicts of a frozen model. `weights_hash` covers its weights, tokenizer and chat template (rollouts.models)."""

    name = "mlx"

    def __init__(self, model: str, weights_hash: str, ask: Ask, *, view: rubric.View = "stripped") -> None:
        self.model = model
        self._weights_hash = weights_hash
        self._ask = ask
        self._view = view
        self._turns = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-judge")

    def prepare(self, request: JudgeRequest) -> PreparedCall:
        """The texts as the child gets them. Which machine computes is not in the key: it moves no more than the last bits."""
        rendered = rubric.render(request, self._view)
        body = {
            "system": rendered.system, "task": rendered.task, "candidate": rendered.candidate, "questions": list(QUESTIONS),
        }  # fmt: skip
        return PreparedCall(self._key(body, request.sample_index), request, self.name, self.model, body, worst_pico=0)

    def _key(self, body: Mapping[str, Any], sample_index: int) -> str:
        decides = {
            "provider": self.name, "form": FORM, "weights": self._weights_hash, "rubric": rubric.RUBRIC_VERSION,
            "view": self._view, "sample_index": sample_index, "body": body,
        }  # fmt: skip
        return hashlib.sha256(canonical_json(decides).encode("utf-8", "surrogatepass")).hexdigest()

    async def call(self, prepared: PreparedCall) -> RawReply:
        """One answer of the child, which is asked one thing at a time.

        Raises CallFailed("server") when the child died twice, JudgeConfigError when the model cannot be a judge.
        """
        start = time.monotonic()
        answer = await asyncio.get_running_loop().run_in_executor(self._turns, self._answer, prepared.body)
        body = json.dumps({"model": self.model, "weights": self._weights_hash, **answer}).encode()
        return RawReply(body, time.monotonic() - start)

    def _answer(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._ask(body)
        except Exception as error:
            hint = getattr(error, "hint", None)
            if hint is None:
                raise
            if getattr(error, "exit_code", 1) == JudgeConfigError.exit_code:
                raise JudgeConfigError(f"the local judge {self.model}: {error}", hint=hint) from error
            raise CallFailed("server", f"the local judge {self.model}: {error} {hint}".strip()) from error

    def billed(self, reply: RawReply) -> Billed:
        """Nothing, and the tokens that were read; those of a prefix that was read before count as `cache_read`."""
        parsed = parse_reply(reply)
        usage = Usage(input=parsed.read, cache_read=parsed.reused) if isinstance(parsed, Answered) else Usage()
        return Billed(usage, 0, "local", parsed.model)

    def read(self, reply: RawReply) -> Verdict | Unusable:
        """The expected values as scores. Raises CallFailed("protocol") when it is no reply of a local judge."""
        parsed = parse_reply(reply)
        if isinstance(parsed, TooLong):
            return Unusable("truncated", parsed.too_long)
        functionality, correctness, completeness = (reading.expected for reading in parsed.readings)
        values = "/".join(f"{reading.expected:.1f}" for reading in parsed.readings)
        mass = min(reading.mass for reading in parsed.readings)
        evidence = f"expected values {values}; the digits had {mass:.0%} of the probability"
        return Verdict(functionality, correctness, completeness, evidence)

    async def close(self) -> None:
        """Wait for the answer that is on its way; what waits behind it is given up."""
        await asyncio.to_thread(self._turns.shutdown, cancel_futures=True)
