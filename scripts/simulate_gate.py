"""Print what the gate does in simulated worlds: how often it promotes noise, and the smallest gain that it finds.

    python -m scripts.simulate_gate --tasks 48 200 --k 1 4 --runs 10000

A run is four looks (SFT and three rounds) that share an error level of 5 %; categories hold about ten tasks each.
"""

import argparse

from eval.gate import GateMargins, GateRule, alpha_per_look
from eval.power import SimulatedPolicy, assumed_shares, minimum_detectable_effect, promotions_on_noise
from eval.statistics import clopper_pearson_upper

ROUNDS = 3
MEANS = (0.05, 0.2, 0.5, 0.8)
SEED = 20_260
HEADER = "tasks  k mean share  runs with a false promotion 99 % bound 80 % power at"


def row(tasks: int, samples: int, mean: float, runs: int) -> str:
    """One line of the table."""
    shares_T_K = assumed_shares(tasks, samples, mean=mean, seed=SEED)
    categories = tuple(f"category {task % max(1, tasks // 10)}" for task in range(tasks))
    rule = GateRule(categories, alpha_per_look(0.05, ROUNDS), GateMargins(), flips=2_000)
    draw = SimulatedPolicy(shares_T_K).draw
    promotions_R = promotions_on_noise(draw, rule.promotes, looks=ROUNDS + 1, runs=runs, seed=SEED)
    false = int((promotions_R > 0).sum())
    bound = clopper_pearson_upper(false, runs, level=0.99)
    gain = minimum_detectable_effect({"base": shares_T_K}, rule.promotes, seed=SEED)
    seen = "no gain" if gain is None else f"{100 * gain:+.1f} points"
    return f"{tasks:5d} {samples:2d} {shares_T_K.mean():10.3f} {false / runs:28.4f} {bound:10.4f} {seen:>13}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, nargs="+", default=[48, 100, 200], help="benchmark sizes")
    parser.add_argument("--k", type=int, nargs="+", default=[1, 4, 8], help="samples per task")
    parser.add_argument("--runs", type=int, default=4_000, help="simulated runs per line")
    arguments = parser.parse_args()
    print(HEADER)
    for tasks in arguments.tasks:
        for samples in arguments.k:
            for mean in MEANS:
                print(row(tasks, samples, mean, arguments.runs), flush=True)


if __name__ == "__main__":
    main()
