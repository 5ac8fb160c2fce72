"""A child that answers as it is told: the other end of the tests of rollouts.dialogue."""

import os
import signal
import time
from typing import Any

from rollouts.dialogue import Answer, converse
from rollouts.errors import ModelError


def begin(opening: dict[str, Any]) -> Answer:
    """Start as `opening["do"]` says; each request is then acted out as its own `do` says."""
    if opening.get("do") == "hint":
        raise ModelError("the model is not there.", hint="Fetch it.")
    return act


def act(request: dict[str, Any]) -> dict[str, Any]:
    match request.get("do"):
        case "print":
            print("a stray line", flush=True)
            os.write(1, b"{ not ours }\n")
        case "hint":
            raise ModelError("the weights are broken.", hint="Fetch them again.")
        case "raise":
            raise ValueError("broken inside")
        case "wait":
            time.sleep(600)
        case "pid":
            return {"pid": os.getpid()}
        case "echo":
            return {"text": request["text"]}
        case _:
            os.kill(os.getpid(), signal.SIGKILL)
    return {}


if __name__ == "__main__":
    converse(begin)
