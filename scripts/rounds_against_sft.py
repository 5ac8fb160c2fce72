"""Rounds minus SFT over several seeds of one recipe: per-task differences averaged over seeds, with intervals over
tasks. The intervals do not hold the spread between seeds; the values by seed show it.

With `training.steps` set, SFT is trained as long as each round, so the difference is what the round's own data brought.

Run: uv run python scripts/rounds_against_sft.py WORKSPACE... [--name NAME]
"""

import argparse
from pathlib import Path

import numpy as np

from eval.outcome import paired_differences
from eval.statistics import bootstrap_interval
from rft.begun import stored_config
from rft.engine import BASE, SFT, round_name
from rft.inputs import held_out_tasks
from rft.measure import benchmark_result
from rft.store import RunPaths, open_for_reading


def differences(paths: RunPaths, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], np.ndarray]:
    """Per-task differences in share of cases passed, shape T, for each (policy, reference)."""
    with open_for_reading(paths) as store:
        config = stored_config(store)
        tasks = held_out_tasks(store, config)
        results = {name: benchmark_result(store, name, tasks) for pair in pairs for name in pair}
        for name in (SFT, *(pair[0] for pair in pairs if pair[1] == SFT)):
            decision = store.fact(f"decision:{name}")
            verdict = "promoted" if decision["promote"] else "refused"
            print(f"  seed {config.seed} {name:<8} {verdict}, p = {decision['p_value']:.4f}, gain {100 * decision['gain']:+.1f}")
        return {pair: paired_differences(results[pair[0]], results[pair[1]]) for pair in pairs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspaces", nargs="+", type=Path)
    parser.add_argument("--name", default="quickstart")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    pairs = [(SFT, BASE), *((round_name(index), SFT) for index in range(1, arguments.rounds + 1))]
    found = [differences(RunPaths(workspace, arguments.name), pairs) for workspace in arguments.workspaces]
    for pair in pairs:
        each = [100 * float(one[pair].mean()) for one in found]
        over_tasks = np.mean([one[pair] for one in found], axis=0)
        low, high = bootstrap_interval(over_tasks, seed=0)
        seeds = ", ".join(f"{value:+.1f}" for value in each)
        mean = f"{100 * over_tasks.mean():+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"
        print(f"{pair[0]} - {pair[1]}: {mean} (by seed: {seeds})")


if __name__ == "__main__":
    main()
