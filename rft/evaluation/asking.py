"""From the options of `rft eval` to whom is asked, and how."""

from pathlib import Path

import click

from rft.cli.workspace import config_file
from rft.config import QUICKSTART, RftConfig, load_config
from rft.evaluation.drawing import Drawing, endpoint_drawing, local_drawing
from rft.generating.policy import choose
from rollouts.identity import SamplingParameters

TOP_P = 0.95
"""Mass of the nucleus, as in a run."""


def configuration_here() -> RftConfig:
    """What `rft run` would use in this folder. Raises InputError."""
    return load_config(config_file(None), QUICKSTART, {})


def asked_by(
    model: str | None, adapter: str | None, endpoint: str | None, temperature: float, max_new_tokens: int, seed: int
) -> Drawing:
    """A server's model, a bare base, or an adapter on its model.

    Raises InputError, ModelError, CheckpointError or EndpointRefused.
    """
    if endpoint is not None:
        assert model is not None
        config = configuration_here() if config_file(None) else RftConfig()
        parameters = SamplingParameters(temperature, TOP_P, max_new_tokens, thinking=config.sampling.thinking)
        return endpoint_drawing(config, endpoint, model, parameters, seed)
    chosen = choose(model, adapter, Path.cwd())
    parameters = SamplingParameters(temperature, TOP_P, max_new_tokens, thinking=chosen.sampling.thinking)
    return local_drawing(chosen, parameters, seed, lambda text: click.echo(text, err=True))
