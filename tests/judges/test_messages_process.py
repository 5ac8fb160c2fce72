"""The fake as a process of its own: what a killed client leaves behind can be audited."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from tests.fakes.messages_api import GOOD_KEY, read_meter
from tests.judges.messages_client import body

_CLIENT = """
import sys, threading, httpx2
url, key, body = sys.argv[1:]
head = {"authorization": f"Bearer {key}", "anthropic-version": "2026-10-21", "content-type": "application/json"}
ask = lambda: httpx2.post(url, content=body, headers=head, timeout=60, trust_env=False)
for _ in range(3):
    threading.Thread(target=ask).start()
"""


@contextmanager
def _running(*arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.fakes.messages_api", *arguments]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
    assert process.returncode == 0


def _state(url: str) -> dict[str, Any]:
    state: dict[str, Any] = httpx2.get(f"{url}/fake/state", trust_env=False).json()
    return state


def _until(url: str, name: str, value: int) -> None:
    deadline = time.monotonic() + 30
    while _state(url)[name] != value:
        assert time.monotonic() < deadline, _state(url)
        time.sleep(0.02)


def test_a_killed_client_is_on_the_bill(tmp_path: Path) -> None:
    bill = tmp_path / "billed.jsonl"
    with _running("--meter", str(bill), "--latency", "1.5") as url:
        arguments = [sys.executable, "-c", _CLIENT, f"{url}/v1/messages", GOOD_KEY, json.dumps(body())]
        with subprocess.Popen(arguments) as killed:
            _until(url, "calls", 3)
            killed.kill()
        calls = read_meter(bill.read_text())  # before the server is done with them
        _until(url, "in_flight", 0)
        assert _state(url)["pico"] == sum(call.pico or 0 for call in calls)
    assert len(calls) == 3
    assert read_meter(bill.read_text()) == calls


def test_the_command_line_takes_faults_from_a_file_or_as_text(tmp_path: Path) -> None:
    rows = '[{"name": "overloaded", "times": null}]'
    file = tmp_path / "faults.json"
    file.write_text(rows)
    for given in (rows, str(file)):
        with _running("--faults", given) as url, httpx2.Client(trust_env=False) as wire:
            sdk = anthropic.Anthropic(api_key=GOOD_KEY, base_url=url, max_retries=0, http_client=wire)
            with pytest.raises(anthropic.OverloadedError):
                sdk.messages.create(**body())
