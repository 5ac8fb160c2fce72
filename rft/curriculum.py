"""Which tasks a round samples. Pure."""

from collections.abc import Mapping, Sequence

from eval.task import Task


def choose(tasks: Sequence[Task], pass_rates: Mapping[str, float]) -> list[Task]:
    """All tasks but those whose candidates all passed when they were last sampled.

    `pass_rates` is the share of eligible candidates in the latest round that sampled a task. A solved task teaches nothing
    new (Xiong et al. 2025, "A Minimalist Approach to LLM Reasoning", drop all-right prompts); its answer stays in the pool.
    """
    return [task for task in tasks if pass_rates.get(task.id, 0.0) < 1.0]
