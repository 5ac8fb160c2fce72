"""The program's whole story. Every step asks the store what is already done and does the rest, so that resuming is not
a feature but the only way the loop runs."""

from rft import curriculum, selection
from rft.engine import BASE, FEW_SHOT, SFT, Engine, round_name
from rft.export import export_round


def run(engine: Engine) -> None:
    """SFT, then rounds of sampling, scoring, selection, training and the gate."""
    config, demonstrations = engine.config, engine.inputs.demonstrations

    engine.benchmark(BASE)
    engine.general(BASE)
    if config.benchmark.few_shot:
        engine.benchmark(FEW_SHOT, examples=demonstrations[: config.benchmark.few_shot])

    engine.train(SFT, demonstrations)
    incumbent = gate(engine, SFT, incumbent=None)

    for index in range(1, config.rounds + 1):
        name = round_name(index)
        # SFT samples until a round is promoted, whatever the gate said of SFT itself.
        policy = incumbent or SFT

        rising = curriculum.Place(index, config.rounds) if config.sampling.curriculum else None
        tasks = curriculum.choose(engine.inputs.tasks, engine.pass_rates(before=index), rising)
        candidates = engine.sample(name, tasks, policy, index)
        kept = selection.best_of_n(candidates, config.reward.keep_at)
        engine.record_selection(index, kept, candidates)
        pool = engine.pool(through=index)
        engine.train(name, pool.rows)
        export_round(engine.paths.exports(name), candidates, kept, pool.rows)
        incumbent = gate(engine, name, incumbent)


def gate(engine: Engine, name: str, incumbent: str | None) -> str | None:
    """Measure the stage's adapter on held-out tasks, and on what it must not forget; the incumbent afterwards."""
    result = engine.benchmark(name, adapter=name)
    engine.general(name, adapter=name)
    if engine.gate(name, result, incumbent).promote:
        engine.promote(name)
        return name
    return incumbent
