"""The check for forgetting: the loop on a fake sampler whose policies gain in the domain and fall, or not, outside of it."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.gate import GENERAL, Decision
from rft import loop
from rft.begun import stored_config
from rft.cli import cli
from rft.config import parse_config
from rft.engine import BASE, SFT, ContaminationError, Engine, round_name
from rft.errors import InputError
from rft.inputs import described, general_tasks, read_inputs
from rft.progress import progress_of
from rft.report import Report, collect, render, write_log_page
from rft.sampling_stages import Inputs
from rft.selection import best_of_n
from rft.store import RunPaths, RunStore
from rft.training.adapter import TrainedAdapter
from rft.training.rows import TrainingRow
from rft.view import View
from rollouts.source import SampleRequest, Source
from rollouts.store import Candidate, CandidateStore
from tests.rft.world import CONFIGURATION, HELD_OUT, NOUNS, a_config, a_task, scored, write_workspace

ROUND = round_name(1)
TASKS = tuple(a_task(noun, number=20 + i) for i, noun in enumerate(NOUNS))
BENCHMARK = tuple(a_task(noun, number=i) for i, noun in enumerate(HELD_OUT))
OUTSIDE = tuple(a_task(f"outside-{i}", number=50 + i) for i in range(12))
ALL = len(OUTSIDE)
FORGETS, REMEMBERS = {"general-round-1": 3}, {"general-round-1": ALL}
CONFIG = a_config(rounds=1, sampling={"n": 1}, benchmark={"k": 1, "few_shot": 1})


class Stop(Exception):
    """The process ends here."""


class Policies:
    """Stands for sampling: the policy of a stage answers its first tasks right, as many as `right` says. The base knows what
    lies outside the domain and nothing else; round 1 has learnt the domain. Stops before candidate `stop_at` of a stage."""

    def __init__(self, right: Mapping[str, int], stop_at: tuple[str, int] | None = None) -> None:
        self.right = {"general-base": ALL, "general-sft": ALL, "round-1": 2, f"benchmark-{ROUND}": len(HELD_OUT), **right}
        self.stop_at = stop_at
        self.requests: list[SampleRequest] = []
        self.drawn: list[tuple[str, str]] = []

    def __call__(self, store: CandidateStore, _source: Source, request: SampleRequest) -> Iterator[Candidate]:
        self.requests.append(request)
        stored = {candidate.task for candidate in store.of_stage(request.stage)}
        for number, prompt in enumerate(request.prompts):
            if prompt.task in stored:
                continue
            if (request.stage, number) == self.stop_at:
                self.stop_at = None
                raise Stop
            text = "return type" if number < self.right.get(request.stage, 0) else "return tostring"
            candidate = Candidate(request.stage, prompt.task, 0, f"{request.stage} {prompt.task}", text, 1, "stop")
            store.add(candidate)
            self.drawn.append((request.stage, prompt.task))
            yield candidate


class Untrained(Engine):
    """An engine whose adapters are names."""

    def train(self, name: str, rows: Sequence[TrainingRow]) -> TrainedAdapter:
        adapter = TrainedAdapter(name, change_norm=1.0, steps=1, final_loss=1.0, validation_loss=1.0, rows=len(rows))
        self.paths.adapter(name).mkdir(parents=True, exist_ok=True)
        self.store.state(f"adapter:{name}", adapter.to_json())
        return adapter


def engine_of(paths: RunPaths, store: RunStore, *, general: bool = True) -> Engine:
    demonstrations = (TrainingRow("ask", "answer"),)
    inputs = Inputs(TASKS, BENCHMARK, demonstrations, Path("model"), "base", OUTSIDE if general else ())
    return Untrained(CONFIG, inputs, paths, store, View(Console(file=io.StringIO()), paths.events))


def run(
    paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch, policies: Policies, *, general: bool = True
) -> Decision:
    """The whole loop; what the gate said of round 1."""
    monkeypatch.setattr("rft.drawing.sample", policies)
    loop.run(engine_of(paths, store, general=general))
    return Decision.from_json(store.fact(f"decision:{ROUND}"))


@pytest.fixture
def forgetful(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Report:
    run(paths, store, monkeypatch, Policies(FORGETS))
    return collect(store, paths, CONFIG, BENCHMARK, OUTSIDE)


def test_a_round_that_forgets_is_refused_and_the_reason_says_so(
    paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = run(paths, store, monkeypatch, Policies(FORGETS))
    assert decision.gain == 1
    assert not decision.promote
    assert "+100.0 points [+100.0, +100.0], is significant, but the general suite fell by 75.0 points against the base" in (
        decision.reason
    )
    assert store.fact(f"promoted:{ROUND}") is None
    said = [json.loads(line).get("text", "") for line in paths.events.read_text().splitlines()]
    assert f"{ROUND} on the general suite: 25.0% of cases passed, pass@1 25.0%" in said
    assert f"gate: did not promote {ROUND}: {decision.reason}" in said


def test_a_round_that_forgets_nothing_is_promoted(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = run(paths, store, monkeypatch, Policies(REMEMBERS))
    assert decision.promote
    assert [(d.reference, d.tasks, d.delta) for d in decision.category_deltas if d.category == GENERAL] == [("base", ALL, 0)]
    assert paths.latest.resolve() == paths.adapter(ROUND).resolve()


def test_forgetting_counts_against_the_incumbent_too(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """SFT gains outside the domain as well; the round falls back to where the base was."""
    right = {"general-base": 3, "benchmark-sft": 6, **FORGETS}
    decision = run(paths, store, monkeypatch, Policies(right))
    assert store.fact("promoted:sft")
    (veto,) = decision.vetoes
    assert "the general suite fell by 75.0 points against the incumbent" in veto


def test_the_margin_is_a_setting(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.CONFIG", CONFIG.model_copy(update={"gate": a_config(gate={"general_margin": 1}).gate}))
    assert run(paths, store, monkeypatch, Policies(FORGETS)).promote


def test_without_a_general_suite_nothing_of_it_is_drawn_or_said(
    paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = Policies(FORGETS)
    decision = run(paths, store, monkeypatch, policies, general=False)
    assert decision.promote
    assert {delta.category for delta in decision.category_deltas} == {"even", "odd"}
    assert not [stage for stage in store.candidates.stages() if stage.startswith("general-")]
    report = collect(store, paths, CONFIG, BENCHMARK)
    assert "general" not in json.dumps(report.to_json())
    assert "general" not in printed(report)
    assert "general" not in write_log_page(report, paths).read_text()


def test_it_is_drawn_like_the_benchmark(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same luck for every policy, the gate after both suites, and no row of examples."""
    policies = Policies(FORGETS)
    run(paths, store, monkeypatch, policies)
    requests = {request.stage: request for request in policies.requests}
    assert list(requests) == [
        "benchmark-base", "general-base", "benchmark-few-shot", "benchmark-sft", "general-sft",
        ROUND, f"benchmark-{ROUND}", f"general-{ROUND}",
    ]  # fmt: skip
    for name in (BASE, SFT, ROUND):
        one, other = requests[f"benchmark-{name}"], requests[f"general-{name}"]
        for field in ("policy", "parameters", "seed", "round_index", "common_streams"):
            assert getattr(one, field) == getattr(other, field), field
        assert other.common_streams
        assert {tuple(prompt.indices) for prompt in (*one.prompts, *other.prompts)} == {(0,)}
        assert [prompt.task for prompt in other.prompts] == [task.id for task in OUTSIDE]


@pytest.mark.parametrize("at", [0, 5, ALL - 1, "general:round-1", "decision:round-1"])
def test_it_is_carried_on_from_anywhere(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch, at: int | str) -> None:
    """Nothing is drawn twice, and the decision is that of a run that nobody stopped."""
    policies = Policies(FORGETS, (f"general-{ROUND}", at) if isinstance(at, int) else None)
    really = store.state

    def state(name: str, value: Any) -> None:
        if name == at:
            raise Stop
        really(name, value)

    monkeypatch.setattr(store, "state", state)
    with pytest.raises(Stop):
        run(paths, store, monkeypatch, policies)
    monkeypatch.setattr(store, "state", really)
    assert store.fact(f"decision:{ROUND}") is None
    assert store.candidates.stages().get(f"general-{ROUND}", 0) == (at if isinstance(at, int) else ALL)
    decision = run(paths, store, monkeypatch, policies)
    assert len(policies.drawn) == len(set(policies.drawn)) == sum(store.candidates.stages().values())
    assert "the general suite fell by 75.0 points against the base" in decision.reason


def printed(report: Report) -> str:
    stream = io.StringIO()
    render(report, Console(file=stream, width=80))
    return stream.getvalue()


def test_the_report_shows_it(forgetful: Report, paths: RunPaths) -> None:
    found = json.loads(json.dumps(forgetful.to_json(), allow_nan=False))
    (round_1,) = found["rounds"]
    shares = [entry["general"]["metrics"]["cases"]["mean"] for entry in (found["base"], found["sft"], round_1)]
    assert shares == [1, 1, 0.25]
    assert found["base"]["general"]["against_base"] is None
    assert round_1["general"]["against_base"]["mean"] == -0.75
    assert "general" not in found["few_shot"]
    words = printed(forgetful)
    table = words.partition("On the general suite, outside the domain")[2].partition("The gate")[0]
    (line,) = [line for line in table.splitlines() if line.strip().startswith(ROUND)]
    assert line.split()[1] == "25.0"
    assert "-75.0 [" in line
    assert "the general suite fell by 75.0 points" in words
    page = write_log_page(forgetful, paths).read_text()
    assert "## On the general suite, outside the domain, in %" in page
    assert "| round-1 | 25.0 [" in page
    assert "is significant, but the general suite fell by 75.0 points" in page


def test_a_round_that_is_half_measured_is_not_reported(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stop):
        run(paths, store, monkeypatch, Policies(FORGETS, (f"general-{ROUND}", 5)))
    names = [row.name for row in collect(store, paths, CONFIG, BENCHMARK, OUTSIDE).rows]
    assert names == ["base", "few-shot", "sft"]


def test_kept_answers_that_match_it_are_left_out_or_end_the_round(paths: RunPaths, store: RunStore) -> None:
    reference = "return function(a, b, c) return a * b + c / 2 - a end"
    engine = engine_of(paths, store, general=False)
    outside = a_task("half", reference=reference)
    engine = Engine(CONFIG, Inputs(TASKS, BENCHMARK, (), Path("m"), "b", (outside,)), paths, store, engine.view)
    codes = ["return 1", "return 2", "return 3", reference]
    candidates = [scored(task.id, 0, 0.9, code=code) for task, code in zip(TASKS, codes, strict=True)]
    engine.record_selection(1, best_of_n(candidates, 0.7), candidates)
    assert len(engine.pool(through=1).rows) == 3
    (found,) = store.fact("pool:round-1")["contaminated"]
    assert (found["task"], found["task_id"]) == (TASKS[3].id, "general:half")
    engine.record_selection(2, best_of_n(candidates[3:], 0.7), candidates[3:])
    with pytest.raises(ContaminationError, match=rf"{TASKS[3].id} \(general:half\)"):
        engine.pool(through=2)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One whose general suite are its held-out tasks."""
    monkeypatch.chdir(tmp_path)
    write_workspace(tmp_path)
    (tmp_path / "rft.toml").write_text(CONFIGURATION.replace('general = "none"', 'general = "held-out"'))
    return tmp_path


DATA = {"tasks": "tasks", "benchmark": "held-out", "demonstrations": "demonstrations.jsonl", "general": "held-out"}


def test_it_is_read_limited_and_known_again(workspace: Path, cache: Path, store: RunStore) -> None:
    assert cache.is_dir()
    config = a_config(model="tiny-random", data={**DATA, "limit": 3})
    inputs = read_inputs(config, workspace / "log")
    assert [task.id for task in inputs.general] == sorted(HELD_OUT)[:3]
    store.state("inputs", described(inputs))
    assert general_tasks(store, config) == inputs.general
    file = workspace / "held-out" / f"{sorted(HELD_OUT)[1]}.toml"
    file.write_text(file.read_text().replace("Count the", "Count each"))
    with pytest.raises(InputError, match=f"general task {file.stem}"):
        general_tasks(store, config)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("return type(", "return tostring(", r"1 task\(s\) cannot be used: apple: the reference fails"),
        ("Count the apple", "Name your lamps", "training task lamps repeats the held-out task general:apple"),
    ],
)
def test_a_general_suite_that_cannot_be_used_stops_the_run_at_its_start(
    workspace: Path, cache: Path, old: str, new: str, message: str
) -> None:
    assert cache.is_dir()
    text = (workspace / "held-out" / "apple.toml").read_text()
    assert old in text
    (workspace / "outside").mkdir()
    (workspace / "outside" / "apple.toml").write_text(text.replace(old, new))
    with pytest.raises(InputError, match=message):
        read_inputs(a_config(model="tiny-random", data={**DATA, "general": "outside"}), workspace / "log")


def test_the_forecast_counts_it(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert workspace.is_dir()
    cli.main(["run", "--dry-run", "--rounds", "2"], standalone_mode=False)
    words = " ".join(capsys.readouterr().out.split())
    count = 4 * len(HELD_OUT)
    assert f"{len(HELD_OUT)} held-out tasks, {len(HELD_OUT)} tasks of the general suite, 4 demonstrations" in words
    assert f"{count} benchmark samples of 4 policies and {count} samples on the general suite: " in words
    assert f"at most {8 * (2 * 2 * len(NOUNS) + 2 * count):,} new tokens" in words


def test_status_counts_it(workspace: Path, store: RunStore, cache: Path) -> None:
    assert cache.is_dir()
    config = a_config(model="tiny-random", rounds=1, benchmark={"k": 2, "few_shot": 1}, data=DATA)
    store.state("inputs", described(read_inputs(config, workspace / "log")))
    store.state("config", config.model_dump())
    store.state("decision:sft", {"promote": False})
    stages = {stage.name: stage for stage in progress_of(store)}
    assert list(stages) == [
        "benchmark-base", "general-base", "benchmark-few-shot", "training sft", "benchmark-sft", "general-sft",
        "round-1", "training round-1", "benchmark-round-1", "general-round-1",
    ]  # fmt: skip
    assert stages["general-base"].total == 2 * len(HELD_OUT)
    assert (stages["benchmark-sft"].note, stages["general-sft"].note) == ("", "refused")


def test_a_run_begun_before_there_was_the_setting_has_none(store: RunStore) -> None:
    before = a_config().model_dump()
    del before["data"]["general"], before["gate"]["general_margin"]
    store.state("config", before)
    assert stored_config(store).data.general is None
    assert parse_config(before, source="rft.toml").data.general == "builtin:general"
