"""`luau-score` as a process among others: pipes, signals, and workers that die."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from scorers.execution.process import worker_environment

COMMAND = [sys.executable, "-m", "scorers"]
CODE = "local function double(x)\n\treturn x * 2\nend\n" * 10


def write_rows(folder: Path, count: int) -> str:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps({"id": index, "code": CODE}) + "\n" for index in range(count)))
    return str(file)


@contextmanager
def started(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**worker_environment(), **(environment or {})},
    )
    try:
        with process:
            yield process
    finally:
        process.kill()


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    workers: list[psutil.Process] = psutil.Process(process.pid).children()
    return workers


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def rest_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What is still to come on both outputs. `communicate` would lose what the first line's buffer holds."""
    assert process.stdout is not None
    output = process.stdout.read()
    return output, process.stderr.read() if process.stderr else ""


def test_rows_come_out_in_order_and_while_they_go_in(tmp_path: Path) -> None:
    """The first answers are there while the input is still open."""
    rows = Path(write_rows(tmp_path, 500)).read_text()
    process = subprocess.Popen(
        [*COMMAND, "--jsonl", "-", "--workers", "2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=worker_environment(),
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        # Who writes all before reading anything blocks for ever once both pipes are full.
        feeder = threading.Thread(target=process.stdin.write, args=(rows,), daemon=True)
        feeder.start()
        assert json.loads(first_line(process))["id"] == 0
        reader = ThreadPoolExecutor(1).submit(rest_of, process)
        feeder.join()
        process.stdin.close()
        rest, _ = reader.result(timeout=60)
    assert [json.loads(line)["id"] for line in rest.splitlines()] == list(range(1, 500))
    assert process.returncode == 0


def test_ctrl_c_ends_quietly_and_leaves_no_worker(tmp_path: Path) -> None:
    with started("--jsonl", write_rows(tmp_path, 20_000), "--workers", "2") as process:
        first_line(process)
        workers = workers_of(process)
        process.send_signal(signal.SIGINT)
        _, errors = rest_of(process)
        process.wait(timeout=20)
        assert (process.returncode, errors.strip()) == (130, "")
        assert workers
        gone, alive = psutil.wait_procs(workers, timeout=10)
        assert (len(gone), alive) == (len(workers), [])


def test_a_killed_command_leaves_no_worker(tmp_path: Path) -> None:
    with started("--jsonl", write_rows(tmp_path, 20_000), "--workers", "2") as process:
        first_line(process)
        workers = workers_of(process)
        process.kill()
        assert workers
        assert psutil.wait_procs(workers, timeout=10)[1] == []


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["rows", "files"])
def test_a_closed_pipe_ends_quietly(tmp_path: Path, more: list[str]) -> None:
    names = [str(tmp_path / f"{index}.luau") for index in range(300)] if more else []
    for name in names:
        Path(name).write_text(CODE)
    arguments = names or ["--jsonl", write_rows(tmp_path, 20_000)]
    with started(*arguments) as process:
        if not more:
            first_line(process)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        assert (process.wait(timeout=20), errors) == (141, "")


def test_a_worker_that_is_killed_once_costs_no_row(tmp_path: Path) -> None:
    with started("--jsonl", write_rows(tmp_path, 1000), "--workers", "1") as process:
        first = first_line(process)
        (worker,) = workers_of(process)
        worker.kill()
        rest, errors = rest_of(process)
    assert [json.loads(line)["id"] for line in [first, *rest.splitlines()]] == list(range(1000))
    assert (process.returncode, errors) == (0, "")


def test_workers_that_are_killed_again_and_again_end_in_a_sentence(tmp_path: Path) -> None:
    with started("--jsonl", write_rows(tmp_path, 20_000), "--workers", "1") as process:
        first_line(process)
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            for worker in workers_of(process):
                with contextlib.suppress(psutil.NoSuchProcess):  # It ended by itself since.
                    worker.kill()
        _, errors = rest_of(process)
    assert process.returncode == 3
    assert "a Luau worker ended without an answer" in errors
    assert "Traceback" not in errors


def test_without_pluau_it_says_so_once_and_scores(tmp_path: Path) -> None:
    broken = tmp_path / "path" / "pluau"
    broken.mkdir(parents=True)
    (broken / "__init__.py").touch()
    (broken / "_pluau.py").write_text("raise ImportError('no build for this machine')\n")
    path = os.pathsep.join([str(broken.parent), worker_environment().get("PYTHONPATH", "")])
    rows = write_rows(tmp_path, 200)
    with started("--jsonl", rows, environment={"PYTHONPATH": path}) as process:
        output, errors = process.communicate(timeout=60)
    assert errors.count("Scored with the own parser alone") == 1
    assert "no build for this machine" in errors
    assert len(output.splitlines()) == 200
    assert json.loads(output.splitlines()[0])["compiles"] is True
    with started("--no-compiler", "--jsonl", rows, environment={"PYTHONPATH": path}) as process:
        assert process.communicate(timeout=60)[1] == ""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_name_that_is_no_text_can_be_printed(tmp_path: Path, form: str) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.luau")).write_text("local x = = 1")
    with started("--format", form, "--min-score", "1", str(tmp_path)) as process:
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "syntax-error" in output
    assert "Traceback" not in errors


def test_a_terminal_gets_code_frames(tmp_path: Path) -> None:
    file = tmp_path / "Shop.luau"
    file.write_text("local x = = 1\n")
    leader, follower = os.openpty()
    process = subprocess.Popen([*COMMAND, str(file)], stdout=follower, env={**worker_environment(), "TERM": "xterm"})
    assert process.wait(timeout=20) == 0
    os.close(follower)
    shown = os.read(leader, 1 << 16).decode()
    os.close(leader)
    assert "^" in shown
    assert "composite" in shown
    assert "\x1b[" in shown


def test_help_loads_neither_rich_nor_the_scorers_execution() -> None:
    program = (
        "import sys\nfrom scorers.cli import main\nsys.argv = ['x', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    print([name for name in ('rich', 'scorers.execution') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"
