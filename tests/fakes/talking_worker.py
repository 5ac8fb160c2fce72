"""A child that stands in for rollouts.talking: it says what it is told to, and dies where it is told to.

The last message's text is JSON: {"pieces": [...]} is what it says, {"kills": 1} sends itself signal 9 before piece 1,
{"fails": true} is refused in words, {"waits": true} goes on until it is interrupted. Any other text is answered with how many
messages came.
"""

import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

from rollouts.child import serve
from rollouts.errors import ModelError

Told = dict[str, Any]
stopped: list[bool] = []


def answer(request: Told, send: Callable[[Told], None]) -> None:
    send({"kind": "begun"})
    text = request["messages"][-1]["content"]
    how: Told = json.loads(text) if text.startswith("{") else {"pieces": [f"{len(request['messages'])} ", "messages"]}
    if how.get("fails"):
        raise ModelError("refused.", hint="Ask something else.")
    for number, piece in enumerate(how["pieces"]):
        if how.get("kills") == number:
            os.kill(os.getpid(), signal.SIGKILL)
        send({"kind": "text", "text": piece})
    while how.get("waits") and not stopped:
        time.sleep(0.005)
    reason = "interrupted" if stopped else how.get("finish_reason", "stop")
    stopped.clear()
    send({"kind": "reply", "text": "".join(how["pieces"]), "tokens": len(how["pieces"]), "finish_reason": reason})


if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
    serve(answer)
