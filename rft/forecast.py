"""What a run would do, before it does anything."""

from rich.console import Console

from eval.gate import GateMargins, GateRule, alpha_per_look
from eval.power import assumed_shares, minimum_detectable_effect
from eval.task import load_tasks
from judges.cost.forecast_view import show_judge_forecast
from rft.config import RftConfig, flat
from rft.demonstrations import load_demonstrations
from rft.inputs import benchmark_folder, demonstrations_file, load_general, refuse_unknown_builtin, task_folder
from rft.judging.planning import forecast_of
from rft.store import RunPaths

ASSUMED_SHARE = 0.35
"""Mean share of cases passed that the forecast assumes before anything is measured."""


def show_forecast(config: RftConfig, paths: RunPaths, console: Console) -> None:
    """Print the resolved configuration, the amount of work, and the smallest gain the gate would see. Spends nothing."""
    refuse_unknown_builtin(config.data)
    tasks = load_tasks(task_folder(config.data.tasks))[: config.data.limit]
    benchmark = load_tasks(benchmark_folder(config.data.benchmark))[: config.data.limit]
    general = load_general(config)
    demonstrations = load_demonstrations(demonstrations_file(config.data.demonstrations))
    console.print(f"Run {paths.name} in {paths.folder.relative_to(paths.workspace)} (nothing was started)\n")
    for key, value in flat(config).items():
        console.print(f"  {key} = {value!r}", highlight=False, markup=False)
    policies = 2 + config.rounds + bool(config.benchmark.few_shot)
    candidates = config.rounds * len(tasks) * config.sampling.n
    measured = policies * len(benchmark) * config.benchmark.k
    watched = (2 + config.rounds) * len(general) * config.benchmark.k
    longest = (candidates + measured + watched) * config.sampling.max_new_tokens
    also = f", {len(general)} tasks of the general suite" if general else ""
    and_watched = f" and {watched} samples on the general suite" if general else ""
    console.print(
        f"\n{len(tasks)} training tasks, {len(benchmark)} held-out tasks{also}, {len(demonstrations)} demonstrations.\n"
        f"At most {candidates} candidates in {config.rounds} rounds and {measured} benchmark samples of {policies} policies"
        f"{and_watched}: "
        f"at most {longest:,} new tokens. {config.rounds + 1} adapters."
        + (" No judge: 0 dollars." if config.judge.backend == "none" else ""),
        highlight=False,
    )
    if config.judge.backend != "none":
        show_judge_forecast(forecast_of(config, tasks, paths.workspace), console)
    gain = _smallest_gain(config, len(benchmark), tuple(task.category for task in benchmark))
    seen = "none; it needs more held-out tasks" if gain is None else f"about {100 * gain:+.0f} points"
    console.print(
        f"Smallest gain over the base that the gate would find in 80 % of cases, if policies pass about "
        f"{100 * ASSUMED_SHARE:.0f} % of test cases: {seen}.",
        highlight=False,
    )


def _smallest_gain(config: RftConfig, tasks: int, categories: tuple[str, ...]) -> float | None:
    shares = assumed_shares(tasks, config.benchmark.k, mean=ASSUMED_SHARE, seed=config.seed)
    alpha = alpha_per_look(config.gate.alpha, config.rounds)
    rule = GateRule(categories, alpha, GateMargins(category=config.gate.category_margin), flips=2_000)
    return minimum_detectable_effect({"base": shares}, rule.promotes, seed=config.seed)
