"""Who is asked, and how: from `--model` and `--adapter` to weights, system prompt and sampling parameters."""

from dataclasses import dataclass
from pathlib import Path

from checkpoints.adapter import adapter_hash
from rft.cli.workspace import config_file
from rft.config import QUICKSTART, RftConfig, load_config
from rft.errors import InputError
from rft.generating.lineage import Lineage, adapter_folder, installed_adapter, lineage_of
from rft.sections import SamplingConfig
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.models import cache_folder, resolve_model
from rollouts.source import PolicySource


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model, perhaps with an adapter, and how it is asked. `name` is for people."""

    name: str
    model: str
    adapter: Path | None
    system: str | None
    sampling: SamplingConfig
    seed: int

    @property
    def parameters(self) -> SamplingParameters:
        """How replies are drawn."""
        how = self.sampling
        return SamplingParameters(
            how.temperature, how.top_p, how.max_new_tokens, how.top_k, how.min_p, how.stop, how.thinking
        )  # fmt: skip

    def source(self) -> PolicySource:
        """The weights on this machine. Raises ModelError or CheckpointError.

        Their identity keys random streams only, so that the base goes by its name: to hash gigabytes takes longer than to load
        them.
        """
        folder = resolve_model(self.model, log_file("model"))
        digest = adapter_hash(self.adapter) if self.adapter is not None else ""
        return PolicySource(folder, self.adapter and self.adapter.resolve(), PolicyIdentity(self.model, digest))


def log_file(name: str) -> Path:
    """Where a child that is asked by hand writes its log."""
    return cache_folder() / "logs" / f"{name}.log"


def choose(model: str | None, adapter: str | None, workspace: Path) -> Chosen:
    """The bare base with `model` alone, else the adapter that is named or installed, on the model that it was trained on.

    The system prompt and thinking are those of the adapter's run: it was trained with them. How replies are drawn says `rft.toml`
    here, else that run; a bare base takes both from `rft.toml`, else the defaults. Raises InputError with the next step.
    """
    if adapter is None and model is not None:
        return _chosen(model, model, None, None)
    folder = adapter_folder(adapter, workspace) if adapter is not None else installed_adapter(workspace)
    if folder is None:
        raise InputError(
            "no adapter is installed here: there is no adapters/latest.",
            hint="`rft run` installs one when its gate promotes it. --adapter sft takes the first one that the last run trained, "
            "--model NAME (smollm2, say) asks a bare base model.",
        )
    lineage = lineage_of(folder)
    base = model or lineage.model
    if base is None:
        raise InputError(f"nothing tells on which model {folder} was trained.", hint="Name the model with --model.")
    return _chosen(f"{base} with {folder}", base, folder, lineage)


def _chosen(name: str, model: str, adapter: Path | None, lineage: Lineage | None) -> Chosen:
    file = config_file(None)
    here = load_config(file, QUICKSTART, {}) if file is not None else None
    trained = (lineage.config if lineage is not None else None) or here or RftConfig()
    sampling = (here or trained).sampling.model_copy(update={"thinking": trained.sampling.thinking})
    return Chosen(name, model, adapter, trained.system_prompt, sampling, (here or trained).seed)
