"""A filter and a metric for the LM Evaluation Harness. In the YAML of a task:

    process_results: !function scorers.adapters.lm_eval.process_results
    filter_list:
      - name: luau
        filter:
          - function: luau_code
          - function: take_first

The first line is what imports this module, and with it registers the filter.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from lm_eval.api.filter import Filter
from lm_eval.api.registry import register_filter

from scorers.adapters.replies import score_reply
from scorers.extraction import extract_code
from scorers.report import SCORERS, ScoreReport


@register_filter("luau_code")
class LuauCode(Filter):
    """Replaces each response by the Luau code in it, so that the logged samples show what was scored."""

    def apply(self, resps: Iterable[Sequence[str]], _docs: Sequence[dict[str, Any]]) -> list[list[str]]:
        return [[extract_code(response).code for response in responses] for responses in resps]


def process_results(_doc: dict[str, Any], results: Sequence[str | Sequence[str]]) -> dict[str, float]:
    """The metrics of one document: `luau`, the composite, and `luau_syntax`, `luau_api`, `luau_bugs`, `luau_quality`.

    Takes filtered and unfiltered responses alike. Where the filter pipeline leaves several (`repeats` without
    `take_first`), their means. Raises what `scorers.score` raises.
    """
    (response,) = results
    responses = [response] if isinstance(response, str) else response
    columns = [_metrics(score_reply(text).report) for text in responses]
    return {name: fmean(column[name] for column in columns) for name in columns[0]}


def _metrics(report: ScoreReport) -> dict[str, float]:
    return {"luau": report.composite} | {f"luau_{name}": report.scores[name] for name in SCORERS}
