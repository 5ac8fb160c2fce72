"""The endpoint as a source between real processes: a Ctrl-C in the program, and mlx_lm.server as the server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rollouts import endpoint_client
from rollouts.endpoint import EndpointSource
from rollouts.identity import SamplingParameters
from rollouts.source import Progress
from rollouts.store import Candidate
from tests.fakes.openai_api import Fault, OpenAIServer
from tests.rollouts.endpoints import asked

ROOT = Path(__file__).parents[2]
INTERRUPTED = """
import sys
from pathlib import Path
from tests.rollouts.endpoints import asked
from rollouts.endpoint import EndpointSource

print("begun", flush=True)
for arrived in EndpointSource(sys.argv[1], "served", 4, "", Path(sys.argv[2])).draw(asked()):
    print("drawn", flush=True)
"""


def test_a_ctrl_c_ends_the_program_while_replies_are_awaited(tmp_path: Path) -> None:
    with OpenAIServer(Fault("slow"), Fault("hang", times=None)) as server:
        command = [sys.executable, "-c", INTERRUPTED, server.url, str(tmp_path / "log")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert [process.stdout.readline() for _ in range(2)] == ["begun\n", "drawn\n"]
            os.kill(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT, errors
    assert errors.rstrip().endswith("KeyboardInterrupt")


@pytest.fixture
def mlx_server(tiny_model: Path, tmp_path: Path) -> Iterator[str]:
    with OpenAIServer() as closed:
        port = closed.url.rpartition(":")[2].partition("/")[0]
    program = "from rollouts.blas import load_blas; load_blas(); from mlx_lm.server import main; main()"
    command = [sys.executable, "-c", program, "--model", str(tiny_model), "--port", port]
    with (tmp_path / "server.log").open("w") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out) as process:
        yield f"http://127.0.0.1:{port}/v1"
        process.kill()


def test_a_real_mlx_lm_server(mlx_server: str, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked before it listens, as a person would who starts both at once."""
    monkeypatch.setattr(endpoint_client, "FIRST_WAIT_SECONDS", 0.5)
    monkeypatch.setattr(endpoint_client, "LONGEST_WAIT_SECONDS", 1.0)
    monkeypatch.setattr(endpoint_client, "ATTEMPTS", 100)
    parameters = SamplingParameters(1.0, 0.9, 12, top_k=50, min_p=0.001, stop=("never in noise",))
    with EndpointSource(mlx_server, str(tiny_model), 4, "", tmp_path / "log") as source:
        arrived = list(source.draw(asked(parameters=parameters)))
    candidates = [one for one in arrived if isinstance(one, Candidate)]
    assert len(candidates) == 9
    assert len({candidate.text for candidate in candidates}) > 6
    assert {candidate.finish_reason for candidate in candidates} <= {"stop", "length"}
    assert all(0 < candidate.tokens <= 12 for candidate in candidates)
    assert sum(one.tokens for one in arrived if isinstance(one, Progress)) == sum(one.tokens for one in candidates)
