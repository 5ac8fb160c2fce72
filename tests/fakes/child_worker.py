"""A child process that does as it is told: the other end of the tests of rollouts.child."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from rollouts.child import serve
from rollouts.errors import ModelError


def work(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Say who we are, then act out `request["do"]`."""
    send({"kind": "started", "pid": os.getpid()})
    match request["do"]:
        case "count":
            for i in range(request["to"]):
                send({"kind": "number", "value": i})
        case "echo":
            send({"kind": "echo", "text": request["text"]})
        case "print":
            print("a stray line", flush=True)
            os.write(1, b"{ not ours }\n")
            send({"kind": "between"})
            sys.stdout.write("no end of line")
        case "hint":
            raise ModelError("the model is not there.", hint="Fetch it.")
        case "raise":
            raise ValueError("broken inside")
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "cut":  # nobody reads: the pipe fills, and we die in the middle of a message
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
            send({"kind": "large", "text": "x" * 1_000_000})
        case "wait":
            time.sleep(600)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    serve(work)
