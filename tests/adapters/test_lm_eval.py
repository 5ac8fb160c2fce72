"""The filter and the metric in a real task, read from YAML, with a model that answers from a list."""

from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

pytest.importorskip("lm_eval", reason="needs lm-eval: python -m scripts.check_adapters lm-eval")

from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.models.dummy import DummyLM
from lm_eval.tasks import TaskManager

from scorers import SCORERS, score

GOOD = "local total = 1\nreturn total"
BAD = "local total = = 1"
TASK = """\
task: luau_tiny
dataset_path: json
dataset_kwargs:
  data_files: {{test: {rows}}}
output_type: generate_until
test_split: test
doc_to_text: "{{{{question}}}}"
doc_to_target: ""
repeats: {repeats}
process_results: !function scorers.adapters.lm_eval.process_results
{filters}
metric_list:
  - {{metric: luau, aggregation: mean, higher_is_better: true}}
  - {{metric: luau_syntax, aggregation: mean, higher_is_better: true}}
"""
FILTERS = """\
filter_list:
  - name: luau
    filter:
      - function: luau_code
"""


class Scripted(DummyLM):
    """Good code and broken code in turns."""

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        del disable_tqdm
        return [f"Sure!\n```luau\n{(GOOD, BAD)[number % 2]}\n```" for number in range(len(requests))]


def evaluate(folder: Path, model: str | LM, *, repeats: int, filters: str) -> dict[str, Any]:
    rows = folder / "rows.jsonl"
    rows.write_text('{"question": "one"}\n{"question": "two"}\n', encoding="utf-8")
    task = TASK.format(rows=rows, repeats=repeats, filters=filters)
    (folder / "luau_tiny.yaml").write_text(task, encoding="utf-8")
    manager = TaskManager(include_path=str(folder), include_defaults=False)
    return dict(simple_evaluate(model=model, tasks=["luau_tiny"], task_manager=manager, bootstrap_iters=0))


@pytest.mark.parametrize("pipeline", [FILTERS, FILTERS + "      - function: take_first\n"], ids=["all", "first"])
def test_filtered_responses(tmp_path: Path, pipeline: str) -> None:
    results = evaluate(tmp_path, Scripted(), repeats=1, filters=pipeline)
    metrics = results["results"]["luau_tiny"]
    assert metrics["luau,luau"] == pytest.approx(fmean(score(code).composite for code in (GOOD, BAD)))
    assert metrics["luau_syntax,luau"] == pytest.approx(0.5)
    samples = results["samples"]["luau_tiny"]
    assert {f"luau_{name}" for name in SCORERS} < samples[0].keys()
    assert GOOD in (samples[0]["filtered_resps"][0], *samples[0]["filtered_resps"][0])


def test_repeated_responses_are_averaged(tmp_path: Path) -> None:
    results = evaluate(tmp_path, Scripted(), repeats=2, filters=FILTERS)
    assert all(sample["luau_syntax"] == pytest.approx(0.5) for sample in results["samples"]["luau_tiny"])


def test_unfiltered_responses_score_the_same(tmp_path: Path) -> None:
    results = evaluate(tmp_path, Scripted(), repeats=1, filters="")
    assert results["results"]["luau_tiny"]["luau_syntax,none"] == pytest.approx(0.5)


def test_dummy_model_by_name(tmp_path: Path) -> None:
    results = evaluate(tmp_path, "dummy", repeats=1, filters=FILTERS)
    assert results["results"]["luau_tiny"]["luau,luau"] == pytest.approx(score("lol").composite)
