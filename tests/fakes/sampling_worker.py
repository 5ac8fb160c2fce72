"""A child that stands in for rollouts.worker: it writes texts without a model, and dies as the prompts say.

A prompt's text is JSON. {"kills": {"2": 9}} sends signal 9 while index 2 is in flight, {"rows": 4} where more than 4 are in
flight, {"early": true} before anything is; {"fails": true} is refused in words; {"seconds": 0.1} takes so long for each
candidate; {"text": ...} is what it answers.
SAMPLING_LOG names a file to which each start of a process and each drawn candidate is written.
"""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rollouts.child import serve
from rollouts.errors import ModelError

ROWS = 8
Told = dict[str, Any]


def note(text: str) -> None:
    if file := os.environ.get("SAMPLING_LOG"):
        with Path(file).open("a") as log:
            log.write(text + "\n")


class Sampling:
    def __init__(self) -> None:
        self._drawn = 0
        note("process")

    def answer(self, request: Told, send: Callable[[Told], None]) -> None:
        rows = request["max_rows"] or ROWS
        keys: dict[str, list[tuple[str, int]]] = {}
        told: dict[str, tuple[Told, int]] = {}
        for prompt in request["prompts"]:
            text = prompt["messages"][-1]["content"]
            for index in prompt["indices"]:
                key = f"{text} #{index}"
                keys.setdefault(key, []).append((prompt["task"], index))
                told[key] = json.loads(text), index
        if any(how.get("fails") for how, _ in told.values()):
            raise ModelError("refused.", hint="Ask something else.")
        if any(how.get("early") for how, _ in told.values()):
            os.kill(os.getpid(), signal.SIGKILL)
        send({"kind": "plan", "keys": keys, "rows": rows})
        waiting, flying = list(keys), list[str]()
        while waiting or flying:
            more = waiting[: rows - len(flying)]
            waiting, flying = waiting[len(more) :], flying + more
            if more:
                send({"kind": "started", "keys": more})
            self._die_of(flying, told)
            key = flying.pop(0)
            how, index = told[key]
            time.sleep(how.get("seconds", 0))
            note(key)
            self._drawn += 1
            text = how.get("text", "") + key
            send({"kind": "completion", "key": key, "text": text, "tokens": 10, "finish_reason": "stop"})
            send({"kind": "progress", "tokens": 10})
            if request["recycle_after"] and self._drawn * 10 >= request["recycle_after"]:
                send({"kind": "recycle"})
                return

    def _die_of(self, flying: list[str], told: dict[str, tuple[Told, int]]) -> None:
        for key in flying:
            how, index = told[key]
            number = how.get("kills", {}).get(str(index)) or (9 if len(flying) > how.get("rows", len(flying)) else 0)
            if number:
                os.kill(os.getpid(), number)


if __name__ == "__main__":
    serve(Sampling().answer)
