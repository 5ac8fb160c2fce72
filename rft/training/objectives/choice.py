"""Which objective a configuration asks for."""

from rft.sections import TrainingConfig
from rft.training.objective import Objective, Prepare, sft_objective
from rft.training.objectives import dpo, weighted


def objective_of(config: TrainingConfig) -> tuple[Objective, Prepare]:
    """The objective, and what is to be done with the examples before the first step, and before a killed training's weights are
    loaded: both need the base model."""
    if config.objective == "weighted":
        return weighted.weighted_objective, weighted.prepare
    if config.objective == "dpo":
        return dpo.dpo_objective(config.dpo_beta), dpo.prepare
    return sft_objective, lambda _model, examples: list(examples)
