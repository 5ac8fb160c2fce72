"""A training that is interrupted: whatever ends it, it goes on to the weights that it would have had, or refuses."""

import math
import random
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rft.errors import TrainingError
from rft.sections import TrainingConfig
from rft.training.adapter import TrainedAdapter, forget_state, train_adapter
from rft.training.layers import adapter_weights
from rft.training.objective import sft_objective
from rft.training.rows import TrainingRow
from rft.training.state import ASIDE, Keeper, SaveRule, identity_of
from rft.training.trainer import StepReport
from rollouts.child import ChildFailed
from rollouts.device import mx
from rollouts.errors import ChildDied
from rollouts.policy import Policy, load_policy
from tests.rft.small_training import CONFIG, trainer_of, with_settings

EACH_STEP = SaveRule(seconds=0.0, share=math.inf)
SETTINGS = {
    "plain": {"epochs": 3},
    "dropout": {"epochs": 3, "dropout": 0.3, "weight_decay": 0.1, "schedule": "cosine", "accumulation": 2, "batch_size": 1},
    "dora, measured": {"steps": 9, "method": "dora", "evaluate_every": 2},
    "full, last block": {"steps": 6, "method": "full", "num_layers": 1},
}


class PowerCut(Exception):
    """Ends the training from inside a step's report."""


def keeper_in(folder: Path, identity: str = "this", rule: SaveRule = EACH_STEP) -> Keeper:
    return Keeper(folder, identity, rule)


def measured(policy: Policy) -> float:
    """A held-out loss that falls and rises again: how far a trained weight is from a place that it passes."""
    _, weight = min(adapter_weights(policy.model).items())
    return abs(float(np.abs(np.array(weight)).mean()) - 0.09)


def run(folder: Path, config: TrainingConfig, keeper: Keeper | None, *, cut_after: int | None = None) -> tuple[Policy, list[int]]:
    """Train, perhaps until the power is cut after so many steps of this process, and say which steps were made."""
    policy = load_policy(folder)
    trainer = trainer_of(policy, config, validate=lambda: measured(policy), keeper=keeper)
    steps: list[int] = []

    def on_step(report: StepReport) -> None:
        steps.append(report.step)
        if len(steps) == cut_after:
            raise PowerCut

    try:
        trainer.train(on_step)
    except PowerCut:
        return policy, steps
    assert cut_after is None or cut_after > len(steps)
    return policy, steps


def bits(policy: Policy) -> dict[str, bytes]:
    return {name: np.array(value).tobytes() for name, value in adapter_weights(policy.model).items()}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_cut_anywhere_and_often_it_ends_at_the_same_weights(tiny_model: Path, tmp_path: Path, settings: dict[str, Any]) -> None:
    """Bit for bit, and every process that is begun does work."""
    config = with_settings(**settings)
    expected, all_steps = run(tiny_model, config, None)
    made: list[int] = []
    generator = random.Random(1)
    while not made or made[-1] < all_steps[-1]:
        policy, steps = run(tiny_model, config, keeper_in(tmp_path / "state"), cut_after=generator.randint(1, 4))
        assert steps, "a resumed training makes steps"
        made += steps
    assert sorted(set(made)) == all_steps
    assert len(made) > len(all_steps), "the cut came before a step's state was written, so that step was made twice"
    assert bits(policy) == bits(expected)


def test_two_states_stay_and_the_older_one_serves_when_the_newest_is_damaged(tiny_model: Path, tmp_path: Path) -> None:
    config = with_settings(epochs=3)
    run(tiny_model, config, keeper_in(tmp_path), cut_after=7)
    older, newest = sorted(tmp_path.glob("*.safetensors"))
    assert [path.name.split("-")[0] for path in (older, newest)] == ["00000005", "00000006"]
    newest.write_bytes(newest.read_bytes()[:-100])
    (tmp_path / ASIDE).write_bytes(b"half")
    policy, steps = run(tiny_model, config, keeper_in(tmp_path))
    assert steps[0] == 6
    assert bits(policy) == bits(run(tiny_model, config, None)[0])


def test_a_state_of_another_training_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    run(tiny_model, CONFIG, keeper_in(tmp_path), cut_after=3)
    kept = sorted(tmp_path.iterdir())
    with pytest.raises(TrainingError, match="another training") as caught:
        run(tiny_model, CONFIG, keeper_in(tmp_path, "other"))
    assert str(tmp_path) in caught.value.hint
    assert sorted(tmp_path.iterdir()) == kept


def test_what_makes_another_training(tiny_model: Path, tmp_path: Path) -> None:
    """Rows, settings, seed and base model do; where they lie does not."""
    request = {"rows": [{"prompt": "a", "completion": "b"}], "config": {"rank": 4}, "seed": 0}
    first = identity_of(request, tiny_model)
    moved = tmp_path / "moved"
    moved.symlink_to(tiny_model)
    assert identity_of(dict(request), moved) == first
    changes: list[dict[str, Any]] = [{"rows": []}, {"config": {"rank": 8}}, {"seed": 1}]
    for change in changes:
        assert identity_of({**request, **change}, tiny_model) != first
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text((tiny_model / "config.json").read_text())
    assert identity_of(request, other) != first


def test_the_last_good_state_stays_when_the_loss_is_lost(tiny_model: Path, tmp_path: Path) -> None:
    """A NaN at the fourth step: the error says so, and what is on disk are the weights after the third."""
    passes = 0

    def poisoned(model: Any, rows: Any) -> Any:
        nonlocal passes
        passes += 1
        total, number = sft_objective(model, rows)
        return total * (math.nan if passes == 4 else 1.0), number

    policy = load_policy(tiny_model)
    never = SaveRule(seconds=math.inf, share=0.0)
    trainer = trainer_of(policy, with_settings(epochs=3), objective=poisoned, keeper=keeper_in(tmp_path, rule=never))
    with pytest.raises(TrainingError, match="loss became nan at step 4"):
        trainer.train(lambda _report: None)
    (state,) = tmp_path.glob("*.safetensors")
    assert state.name.startswith("00000003-")
    rescued, steps = run(tiny_model, with_settings(epochs=3), keeper_in(tmp_path))
    assert steps[0] == 4
    assert bits(rescued) == bits(run(tiny_model, with_settings(epochs=3), None)[0])


def test_saving_costs_a_small_share_of_the_time(tmp_path: Path) -> None:
    """With states that take four seconds to write and steps of one: at most two percent, but for the first."""
    now, saves = 0.0, 0

    class Slow(Keeper):
        def save(self, progress: Any, arrays: Any) -> None:
            nonlocal now, saves
            started, now, saves = now, now + 4.0, saves + 1
            self._last, self._cost = now, now - started
            assert progress is None
            assert arrays == {}

    keeper = Slow(tmp_path, "this", SaveRule(), clock=lambda: now)
    nothing: Any = None
    while now < 4000:
        now += 1.0
        keeper.save_if_due(nothing, dict)
    assert 0.015 < saves * 4 / now < 0.022
    quick = SaveRule()
    assert not quick.due(29.0, 0.0)
    assert quick.due(30.0, 0.5)
    assert not quick.due(30.0, 0.7)


# Through the real child.

ROWS = [TrainingRow(f"task {i}", "return " + "x" * i) for i in range(5)]


def in_child(model: Path, target: Path, config: TrainingConfig, on_step: Any, rows: list[TrainingRow] = ROWS) -> TrainedAdapter:
    return train_adapter(
        model=model, system=None, rows=rows, held_out=[TrainingRow("held out", "return y")], config=config, seed=0,
        target=target, log=target.with_name("log"), on_step=on_step, save_seconds=0.0, save_share=math.inf,
    )  # fmt: skip


def test_killed_again_and_again_it_ends_at_the_same_adapter(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL at random steps. No process repeats what is on disk, and the last one leaves nothing but the adapter."""
    children: list[subprocess.Popen[str]] = []

    class Watched(subprocess.Popen[str]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            children.append(self)

    config = with_settings(epochs=6, dropout=0.1)
    expected = in_child(tiny_model, tmp_path / "expected", config, lambda _message: None)
    monkeypatch.setattr(subprocess, "Popen", Watched)
    generator = random.Random(4)
    first_steps: list[int] = []
    for _ in range(3):
        made: list[int] = []
        last = generator.randint(1, 3)

        def kill_at(message: dict[str, Any], made: list[int] = made, last: int = last) -> None:
            made.append(message["step"])
            if len(made) == last:
                children[-1].send_signal(signal.SIGKILL)

        with pytest.raises(ChildDied, match="signal 9"):
            in_child(tiny_model, tmp_path / "adapter", config, kill_at)
        first_steps.append(made[0])
        assert not (tmp_path / "adapter").exists()
    reports: list[dict[str, Any]] = []
    found = in_child(tiny_model, tmp_path / "adapter", config, reports.append)
    assert (found.digest, found.final_loss, found.steps) == (expected.digest, expected.final_loss, 18)
    assert first_steps[0] == 1
    assert first_steps == sorted(first_steps)
    assert found.resumed_at == reports[0]["step"] - 1 > 0
    assert [report["step"] for report in reports] == list(range(found.resumed_at + 1, 19))
    for name in ("adapter", "expected"):
        forget_state(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "expected", "log"]


def test_a_killed_training_is_not_mixed_with_other_rows(tiny_model: Path, tmp_path: Path) -> None:
    def cut(message: dict[str, Any]) -> None:
        if message["step"] == 4:
            raise PowerCut

    with pytest.raises(PowerCut):
        in_child(tiny_model, tmp_path / "adapter", with_settings(epochs=4), cut)
    with pytest.raises(ChildFailed, match="another training") as caught:
        in_child(tiny_model, tmp_path / "adapter", with_settings(epochs=4), cut, ROWS[1:])
    assert caught.value.exit_code == 1
    assert "adapter.state" in caught.value.hint


def test_a_lost_loss_ends_the_child_with_its_words(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match=r"the training .* became") as caught:
        in_child(tiny_model, tmp_path / "adapter", with_settings(epochs=4, learning_rate=1e30), lambda _message: None)
    assert "learning_rate" in caught.value.hint
    assert not (tmp_path / "adapter").exists()


def test_states_are_read_whole(tmp_path: Path) -> None:
    """What was written is what is read, without the file after it: a later state may have replaced it."""
    from rft.training.state import Progress

    keeper = keeper_in(tmp_path)
    keeper.save(
        Progress(step=3, seconds=1.5, losses=[0.25, 1 / 3], best_loss=2.0, best_step=1, misses=1), {"weights/a": mx.arange(4)}
    )
    loaded = keeper.load()
    assert loaded is not None
    assert loaded[0] == Progress(step=3, seconds=1.5, losses=[0.25, 1 / 3], best_loss=2.0, best_step=1, misses=1)
    assert loaded[1]["weights/a"].tolist() == [0, 1, 2, 3]
    assert keeper_in(tmp_path / "nowhere").load() is None
