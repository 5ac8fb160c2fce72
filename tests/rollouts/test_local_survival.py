"""What a local source makes of children that die: real processes and real signals, with a worker that needs no model."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import rollouts.local
from rollouts.child import ChildFailed
from rollouts.errors import ChildDied
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.source import PolicySource, Progress, SampleRequest, TaskPrompt
from rollouts.store import Candidate
from tests.rollouts.test_child import ROOT, ended, wait_until

WORKER = "tests.fakes.sampling_worker"
POLICY = PolicySource(Path("model"), None, PolicyIdentity("base", ""))


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits after a death is not what is tested here."""
    monkeypatch.setattr(rollouts.local, "FIRST_WAIT", 0.0)


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The children's own record: a line for each process and each candidate that it drew."""
    monkeypatch.setenv("SAMPLING_LOG", str(tmp_path / "drawn"))
    return tmp_path / "drawn"


def asked(*prompts: dict[str, Any], n: int = 4, policy: PolicySource = POLICY) -> SampleRequest:
    """A request for `n` candidates of each prompt; what a prompt holds says how the worker behaves (see there)."""
    return SampleRequest(
        stage="round-1",
        policy=policy,
        prompts=[
            TaskPrompt(f"t{i}", [{"role": "user", "content": json.dumps({"task": i, **prompt})}], range(n))
            for i, prompt in enumerate(prompts)
        ],
        parameters=SamplingParameters(1.0, 1.0, 10),
        seed=0,
        round_index=1,
    )


def workers() -> list[psutil.Process]:
    """The children that draw; other tests may have left theirs."""
    return [child for child in psutil.Process().children() if _draws(child)]


def _draws(child: psutil.Process) -> bool:
    try:
        return WORKER in child.cmdline()
    except psutil.ZombieProcess:  # only such a one dies here and is not waited for at once
        return True


def source(tmp_path: Path, **options: Any) -> LocalSource:
    return LocalSource(tmp_path / "log", worker=WORKER, **options)


def candidates(arriving: Iterator[Candidate | Progress]) -> list[Candidate]:
    return sorted((c for c in arriving if isinstance(c, Candidate)), key=lambda c: (c.task, c.index))


def whole(request: SampleRequest, tmp_path: Path) -> list[Candidate]:
    """The undisturbed candidates."""
    with source(tmp_path) as undisturbed:
        return candidates(undisturbed.draw(request))


def processes(drawn: Path) -> int:
    return drawn.read_text().splitlines().count("process")


def test_a_child_is_kept_from_draw_to_draw_of_one_policy(tmp_path: Path, drawn: Path) -> None:
    adapted = PolicySource(POLICY.model, tmp_path / "adapter", PolicyIdentity("base", "adapter"))
    with source(tmp_path) as local:
        first = candidates(local.draw(asked({}, {})))
        assert candidates(local.draw(asked({}, {}))) == first
        assert processes(drawn) == 1
        list(local.draw(asked({}, policy=adapted)))
        assert processes(drawn) == 2
        assert len(workers()) == 1, "the other policy's child has ended"
    assert workers() == []


def test_tasks_that_share_a_candidate_both_get_it(tmp_path: Path, drawn: Path) -> None:
    request = asked({"task": 0}, {"task": 0}, n=3)
    with source(tmp_path) as local:
        arrived = candidates(local.draw(request))
    assert [(c.task, c.index) for c in arrived] == [(task, index) for task in ("t0", "t1") for index in range(3)]
    assert drawn.read_text().count("#") == 3


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGTERM])
def test_killed_at_random_moments_nothing_is_lost_or_drawn_twice(number: int, tmp_path: Path, drawn: Path) -> None:
    request = asked(*({"seconds": 0.002} for _ in range(6)), n=8)
    undisturbed = whole(request, tmp_path)
    drawn.unlink()
    moments = sorted(random.Random(number).sample(range(1, 45), 3))
    arrived: list[Candidate] = []
    with source(tmp_path) as local:
        for one in local.draw(request):
            if isinstance(one, Candidate):
                arrived.append(one)
            if len(arrived) in moments:
                moments.remove(len(arrived))
                worker = workers()[0]
                worker.send_signal(number)
                # Some were on their way when it died; they count as delivered.
                wait_until(lambda dead=worker: dead.status() == psutil.STATUS_ZOMBIE, "the child is dead")  # type: ignore[misc]
    assert sorted(arrived, key=lambda c: (c.task, c.index)) == undisturbed
    assert len(arrived) == 48
    assert 2 <= processes(drawn) <= 4, "a blow may fall on one that is dead already"


def test_a_batch_too_large_for_the_memory_is_halved(tmp_path: Path) -> None:
    said: list[str] = []
    with source(tmp_path, max_rows=8, on_event=said.append) as local:
        arrived = candidates(local.draw(asked({}, {"rows": 3}, {}, n=8)))
    assert [(c.task, c.index, c.finish_reason) for c in arrived] == [(f"t{i // 8}", i % 8, "stop") for i in range(24)]
    assert [line.partition("Drawing on with ")[2] for line in said] == ["4 candidates at once.", "2 candidates at once."]
    assert all("killed by signal 9" in line for line in said)


def test_a_candidate_that_kills_is_given_up_and_the_rest_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    request = asked({}, {"kills": {"2": int(signal.SIGSEGV)}}, {}, n=4)
    with source(tmp_path, on_event=said.append) as local:
        arrived = candidates(local.draw(request))
    died = [c for c in arrived if c.finish_reason == "died"]
    assert [(c.stage, c.task, c.index, c.text, c.tokens) for c in died] == [("round-1", "t1", 2, "", 0)]
    assert died[0].key.endswith("#2")
    assert Counter(c.task for c in arrived if c.finish_reason == "stop") == {"t0": 4, "t1": 3, "t2": 4}
    assert said[-1] == "Gave up candidate 2 of t1: the process that draws it dies of it."


def test_a_task_whose_every_candidate_kills_does_not_end_the_draw(tmp_path: Path) -> None:
    """A prompt too long for the memory, say, and the first one at that."""
    request = asked({"kills": {"0": 9, "1": 9}}, {}, n=2)
    with source(tmp_path) as local:
        arrived = candidates(local.draw(request))
    assert [(c.task, c.finish_reason) for c in arrived] == [("t0", "died")] * 2 + [("t1", "stop")] * 2


@pytest.mark.parametrize("how", [{"kills": {str(i): 9 for i in range(8)}}, {"early": True}])
def test_children_that_always_die_end_the_draw(how: dict[str, Any], tmp_path: Path, drawn: Path) -> None:
    with source(tmp_path) as local, pytest.raises(ChildDied, match="killed by signal 9") as caught:
        list(local.draw(asked(how, how, how, n=8)))
    assert "sampling.max_rows" in caught.value.hint
    assert 3 <= processes(drawn) <= 12


def test_a_refusal_is_passed_on_and_nothing_is_tried_again(tmp_path: Path, drawn: Path) -> None:
    with source(tmp_path) as local:
        with pytest.raises(ChildFailed, match=r"^refused\.$") as caught:
            list(local.draw(asked({"fails": True})))
        assert caught.value.hint == "Ask something else."
        assert processes(drawn) == 1
        assert len(list(local.draw(asked({})))) == 8, "candidates and progress, from a new child"


@pytest.mark.parametrize("budget", [10, 30, 1000])
def test_a_recycled_child_makes_no_difference(budget: int, tmp_path: Path, drawn: Path) -> None:
    request = asked({}, {}, n=2)
    undisturbed = whole(request, tmp_path)
    drawn.unlink()
    with source(tmp_path, recycle_after=budget) as local:
        assert candidates(local.draw(request)) == undisturbed
    lines = Counter(drawn.read_text().splitlines())
    assert lines.pop("process") == max(1, -(-40 // budget))
    assert set(lines.values()) == {1}


def test_a_child_that_stands_still_goes_on_where_it_was(tmp_path: Path) -> None:
    request = asked(*({"seconds": 0.002} for _ in range(4)))
    undisturbed = whole(request, tmp_path)
    with source(tmp_path) as local:
        arriving = local.draw(request)
        first = next(one for one in arriving if isinstance(one, Candidate))
        child = workers()[0]
        child.suspend()
        wait_until(lambda: child.status() == psutil.STATUS_STOPPED, "the child stands still")
        subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -CONT {child.pid}"])
        assert sorted([first, *candidates(arriving)], key=lambda c: (c.task, c.index)) == undisturbed


def test_leaving_a_draw_ends_its_child_and_the_next_draw_has_its_own(tmp_path: Path, drawn: Path) -> None:
    with source(tmp_path) as local:
        arriving = local.draw(asked(*({"seconds": 0.01} for _ in range(9))))
        next(arriving)
        worker = workers()[0]
        arriving.close()
        assert not worker.is_running()
        assert len(candidates(local.draw(asked({"text": "other"})))) == 4
    assert processes(drawn) == 2


def test_more_than_a_pipe_holds_waits_for_a_slow_reader(tmp_path: Path) -> None:
    """In both directions: requests of megabytes, answers of megabytes, and a parent that does not read for a while."""
    request = asked(*({"text": "x" * 300_000} for _ in range(6)))
    with source(tmp_path) as local:
        arriving = local.draw(request)
        first = [next(arriving) for _ in range(2)]
        time.sleep(0.5)
        arrived = [one for one in [*first, *arriving] if isinstance(one, Candidate)]
    assert len(arrived) == 24
    assert all(len(c.text) > 300_000 for c in arrived)


PARENT = """
import sys, threading, time
from pathlib import Path
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.source import PolicySource, SampleRequest, TaskPrompt

folder, worker, text = sys.argv[1:]
policy = PolicySource(Path("model"), None, PolicyIdentity("base", ""))
prompts = [TaskPrompt("t", [{"role": "user", "content": text}], range(2))]
request = SampleRequest("round-1", policy, prompts, SamplingParameters(1.0, 1.0, 10), 0, 1)
source = LocalSource(Path(folder) / "log", worker=worker)
threading.Thread(target=lambda: list(source.draw(request)), daemon=True).start()
time.sleep(600)
"""


@pytest.mark.parametrize("prompt", [{"seconds": 600}, {}], ids=["at work", "kept for the next draw"])
def test_a_child_ends_when_its_parent_is_killed(prompt: dict[str, Any], tmp_path: Path, drawn: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path), WORKER, json.dumps(prompt)]
    with subprocess.Popen(command, cwd=ROOT) as parent:
        wait_until(lambda: drawn.is_file() and drawn.read_text().count("\n") == (1 if prompt else 3), "the child is there")
        child = psutil.Process(parent.pid).children()[0]
        os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: ended(child.pid), "the orphan has ended")


def test_restarts_wait_longer_and_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(rollouts.local, "FIRST_WAIT", 0.25)
    monkeypatch.setattr("time.sleep", waits.append)
    how = {"kills": {str(i): 9 for i in range(8)}}
    with source(tmp_path) as local, pytest.raises(ChildDied):
        list(local.draw(asked(how, how, n=8)))
    assert waits[:6] == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]
    assert max(waits) == 8.0
