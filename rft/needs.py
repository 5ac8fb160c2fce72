"""What memory and disk a configuration needs: told before a run, from facts of its model. Loads nothing and imports no MLX.

Memory is that of the child process that samples or trains; the parent and the judge of code take some 200 MB beside it.
"""

import importlib.util
import json
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from rft.config import RftConfig
from rft.training_memory import trained_weights, training_memory
from rollouts.errors import ModelError
from rollouts.memory import FEWEST_ROWS, SHARE, Loaded, Sampling, largest_batch, predict, stored_bytes
from rollouts.models import BUILT_IN, expanded, imported_names, model_place
from rollouts.shape import Config

PROMPT_TOKENS = 512
"""Taken for the longest prompt: a task, the system's words, a few examples."""
STORE_BYTES = 200_000_000
"""What a run writes beside adapters: candidates, scores, logs, reports."""
ADAPTER_FILES = 4
"""Adapters' worth of state on disk while one is trained: its weights, two moments, the best so far."""
MOST_ROWS = 64
"""Candidates decoded at once where memory does not say less, as on Metal and CPU."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a model without loading it. `files` are the bytes of its folder; `at_hand` whether it is here."""

    config: Config
    files: int
    at_hand: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """Of one configuration, in bytes. `rows` candidates at once are N; `rows_here` how many fit this machine, 0 when none do.

    `row_tokens` is the length of the training rows that `training` is told for. `disk` counts the model's files where they are
    not here yet. `lacking` is what does not fit: "sampling", "training", "disk".
    """

    model: str
    rows: int
    sampling: int
    row_tokens: int
    training: int
    disk: int
    rows_here: int
    lacking: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not self.lacking

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "fits": self.fits}


def needs_of(config: RftConfig, *, memory: int, free_disk: int, dequantised: bool) -> Needs | None:
    """What the configuration needs, and whether it fits `memory` and `free_disk` bytes; None of a model that nothing is known of.

    `dequantised`: weights become fp32 here, as on the CPU backend.
    """
    facts = model_facts(config.model)
    if facts is None:
        return None
    model = Loaded(facts.config, dequantised=dequantised)
    asked = Sampling(PROMPT_TOKENS, config.sampling.max_new_tokens)
    rows = max(FEWEST_ROWS, config.sampling.n)
    tokens = longest_row(config)
    sampling = predict(model, asked, rows=rows).total
    training = training_memory(model, config.training, tokens=tokens).total
    room = int(SHARE * memory)
    wanted = {"sampling": sampling - room, "training": training - room}
    disk = (0 if facts.at_hand else facts.files) + STORE_BYTES + _adapter_bytes(model, config)
    return Needs(
        model=config.model,
        rows=rows,
        sampling=sampling,
        row_tokens=tokens,
        training=training,
        disk=disk,
        rows_here=largest_batch(model, asked, memory, most=config.sampling.max_rows or MOST_ROWS),
        lacking=tuple(name for name, over in {**wanted, "disk": disk - free_disk}.items() if over > 0),
    )


def longest_row(config: RftConfig) -> int:
    """The training row to be prepared for: the limit where it was set, else the longest answer that a round can keep.

    The default limit guards against a row gone wrong; nobody who left it expects rows of that length.
    """
    limit = config.training.max_row_tokens
    if "max_row_tokens" in config.training.model_fields_set:
        return limit
    return min(limit, PROMPT_TOKENS + config.sampling.max_new_tokens)


def model_facts(name: str) -> ModelFacts | None:
    """From the model's folder where it is on this machine, else from the package's own table."""
    folder = _folder(name)
    if folder is not None:
        return ModelFacts(json.loads((folder / "config.json").read_text()), stored_bytes(folder), at_hand=True)
    known = json.loads((resources.files("rft.recipes") / "models.json").read_text(encoding="utf-8")).get(name)
    if known is None:
        return None
    weights = predict(Loaded(known["config"]), Sampling(1, 1), rows=FEWEST_ROWS).weights
    return ModelFacts(known["config"], weights + known.get("unloaded_bytes", 0), at_hand=False)


def _folder(name: str) -> Path | None:
    """Where the model lies on this machine. Nothing is fetched or imported."""
    if name in BUILT_IN or name in imported_names():
        try:
            folder = model_place(name)
        except ModelError:  # no home folder: nothing was made yet
            return None
    else:
        folder = expanded(name)
        if not folder.is_dir() and name.count("/") == 1 and importlib.util.find_spec("huggingface_hub") is not None:
            from huggingface_hub import try_to_load_from_cache

            found = try_to_load_from_cache(name, "config.json")
            folder = Path(found).parent if isinstance(found, str) else folder
    return folder if (folder / "config.json").is_file() and any(folder.glob("*.safetensors")) else None


def _adapter_bytes(model: Loaded, config: RftConfig) -> int:
    """Every adapter of the run, and the state of the one that is being trained."""
    return 4 * trained_weights(model, config.training) * (config.rounds + 1 + ADAPTER_FILES)
