"""`rft doctor --selftest`: it passes here, and each of its checks fails when what it checks is broken."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from rft.cli import cli
from rft.selftest import death, memory, precision, run, sampling, training
from rft.selftest.check import Check, CheckFailed, require, timed
from rft.selftest.worker import checks
from rft.training.objective import sft_objective
from rft.training.rows import EncodedRow, encode
from rollouts.decode import Completion, PromptJob, decode
from rollouts.device import mx
from rollouts.identity import SamplingParameters
from rollouts.policy import Policy, load_policy
from rollouts.sampler import sample_tokens

NAMES = [
    "memory limits", "prefix sharing", "seeds", "distribution", "half precision", "masks", "training step", "accumulation",
    "child's death",
]  # fmt: skip


def broken_decode(change: Callable[[Completion, int], Completion]) -> Callable[..., Iterator[Completion]]:
    """The decode loop with each completion changed; `change` is told how many candidates were asked for together."""

    def drawn(
        policy: Policy, jobs: Sequence[PromptJob], parameters: SamplingParameters, *, max_rows: int
    ) -> Iterator[Completion]:
        together = sum(len(job.keys) for job in jobs)
        for completion in decode(policy, jobs, parameters, max_rows=max_rows):
            yield change(completion, together)

    return drawn


def test_the_whole_selftest_passes_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["doctor", "--selftest", "--json"])
    told = json.loads(result.stdout)
    assert told["model"] == "tiny-random"
    assert [check["name"] for check in told["checks"]] == NAMES
    assert [check for check in told["checks"] if not check["ok"]] == []
    assert result.exit_code == 0
    assert all(check["figure"] and check["fix"] == "" for check in told["checks"])
    assert "killed after 3 of 12: 12 drawn in the end, 12 as without a death" in told["checks"][-1]["figure"]


def test_a_failed_check_is_exit_code_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "selftest", lambda _name: iter([Check("seeds", False, "16 differ", 0.1, "update mlx")]))
    result = CliRunner().invoke(cli, ["doctor", "--selftest"])
    assert result.exit_code == 1
    assert "!! seeds" in result.stdout
    assert "update mlx" in result.stdout
    assert "0 of 1 checks passed on tiny-random." in result.stdout


def test_a_device_that_ends_the_child_is_a_result(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setattr(run, "CHILD", "rft.selftest.no_such_module")
    monkeypatch.setattr(run, "childs_death", lambda _model, _folder: "drawn on")
    found = list(run.selftest(str(tiny_model)))
    assert [(check.name, check.ok) for check in found] == [("device", False), ("child's death", True)]


def test_model_without_selftest_is_refused() -> None:
    assert CliRunner().invoke(cli, ["doctor", "--model", "smollm2"]).exit_code == 2


def test_any_error_of_a_check_is_its_result() -> None:
    def aborts() -> str:
        raise RuntimeError("[metal::malloc] Resource limit exceeded.")

    check = timed("seeds", "buy memory", aborts)
    assert (check.ok, check.fix) == (False, "buy memory")
    assert check.figure == "RuntimeError: [metal::malloc] Resource limit exceeded."
    assert timed("seeds", "buy memory", lambda: "fine").fix == ""
    with pytest.raises(CheckFailed, match="too many"):
        require(False, "too many")


def test_checks_have_names_of_their_own(tiny_policy: Policy, tiny_model: Path) -> None:
    assert [name for name, _, _ in checks(tiny_policy, tiny_model)] == NAMES[:-1]


def test_a_wrong_shared_prefix_is_seen(tiny_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    def last_differs(completion: Completion, _together: int) -> Completion:
        return replace(completion, tokens=(*completion.tokens[:-1], (completion.tokens[-1] + 1) % 200))

    monkeypatch.setattr(sampling, "decode", broken_decode(last_differs))
    with pytest.raises(CheckFailed, match="differ from a plain forward pass"):
        sampling.prefix_sharing(tiny_policy)


def test_a_candidate_that_depends_on_its_batch_is_seen(tiny_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sampling, "decode", broken_decode(lambda drawn, together: replace(drawn, tokens=(*drawn.tokens, together)))
    )
    with pytest.raises(CheckFailed, match="drawn again 16 are the same; of 4 drawn alone 0"):
        sampling.seeds(tiny_policy)


def test_streams_that_are_all_the_same_are_seen(tiny_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "decode", broken_decode(lambda drawn, _together: replace(drawn, tokens=(1, 2, 3))))
    with pytest.raises(CheckFailed, match="16 candidates, 1 distinct"):
        sampling.seeds(tiny_policy)


@pytest.mark.parametrize("wrong", [{"top_p": 1.0}, {"temperature": 0.9}])
def test_a_wrong_distribution_is_seen(tiny_policy: Policy, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, float]) -> None:
    monkeypatch.setattr(
        sampling, "sample_tokens", lambda *arguments, **options: sample_tokens(*arguments, **{**options, **wrong})
    )
    with pytest.raises(CheckFailed, match="standard errors off"):
        sampling.distribution(tiny_policy)


@pytest.mark.parametrize("scale", [0.6, float("nan")])
def test_lost_precision_is_seen(tiny_model: Path, monkeypatch: pytest.MonkeyPatch, scale: float) -> None:
    def rounded(policy: Policy, tokens: Sequence[int]) -> Any:
        logits = sampling.plain_logits(policy, tokens)
        return logits * scale if policy.model(mx.array([[0]])).dtype == mx.float16 else logits

    monkeypatch.setattr(precision, "plain_logits", rounded)
    with pytest.raises(CheckFailed, match="float16"):
        precision.half_precision(lambda: load_policy(tiny_model))


def test_loss_on_the_prompt_is_seen(tiny_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(*arguments: Any, **options: Any) -> EncodedRow:
        row = encode(*arguments, **options)
        return replace(row, learned=((1, row.length),))

    monkeypatch.setattr(training, "encode", everything)
    with pytest.raises(CheckFailed, match="carries loss where"):
        training.masks(tiny_policy)


def test_training_that_does_not_learn_is_seen(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def uphill(model: Any, rows: Any) -> Any:
        loss, number = sft_objective(model, rows)
        return -loss, number

    monkeypatch.setattr(training, "sft_objective", uphill)
    with pytest.raises(CheckFailed, match="loss"):
        training.training_step(tiny_model)


def test_an_accumulated_step_that_is_another_is_seen(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mean_of_means(model: Any, rows: Any) -> Any:
        loss, number = sft_objective(model, rows)
        return loss / number, mx.array(1.0)

    monkeypatch.setattr(training, "sft_objective", mean_of_means)
    with pytest.raises(CheckFailed, match="apart"):
        training.accumulation(tiny_model)


def test_memory_that_is_kept_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Keeping:
        def __getattr__(self, name: str) -> Any:
            return (lambda: 2**40) if name == "get_cache_memory" else getattr(mx, name)

    monkeypatch.setattr(memory, "mx", Keeping())
    with pytest.raises(CheckFailed, match="at hand"):
        memory.memory_limits()


def test_a_source_that_loses_candidates_is_seen(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Losing:
        def __init__(self, *_arguments: Any, **_options: Any) -> None:
            pass

        def __enter__(self) -> "Losing":
            return self

        def __exit__(self, *_how: Any) -> None:
            pass

        def draw(self, _request: Any) -> Iterator[Any]:
            return iter(())

    monkeypatch.setattr(death, "LocalSource", Losing)
    with pytest.raises(CheckFailed, match="0 drawn in the end"):
        death.childs_death(tiny_model, tmp_path)


def test_the_nucleus_is_the_one_of_the_books() -> None:
    mass = np.array([0.5, 0.3, 0.15, 0.05])
    assert sampling._nucleus(np.log(mass), 0.79).tolist() == pytest.approx([0.625, 0.375, 0, 0])
    assert sampling._nucleus(np.log(mass), 0.81).tolist() == pytest.approx([*(mass[:3] / 0.95).tolist(), 0])
