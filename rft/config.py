"""The configuration: one tree, read from `rft.toml` over a named recipe. Every field says what it does."""

import difflib
import tomllib
import types
import typing
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rft.errors import InputError

QUICKSTART, SMOKE = "quickstart", "smoke"
RECIPES = (QUICKSTART, SMOKE)
FILE_NAME = "rft.toml"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(Section):
    """Where tasks and demonstrations come from. `builtin:NAME` is what the package brings."""

    tasks: str = "builtin:quickstart"
    """Folder of training tasks (one TOML file each)."""
    demonstrations: str = "builtin:quickstart"
    """JSONL file of SFT rows: {"prompt": ..., "completion": ...}."""
    benchmark: str = "builtin:quickstart"
    """Folder of held-out tasks: the gate's benchmark."""
    general: Annotated[str, Field(min_length=1)] | None = "builtin:general"
    """Folder of held-out tasks outside the domain: an adapter that falls there has forgotten, and is not promoted.
    "none" leaves the check out."""
    limit: int | None = Field(None, ge=1)
    """Use only the first this many tasks of each folder. For the smoke run; the gate then sees almost nothing."""
    max_contaminated_share: float = Field(0.25, ge=0, le=1)
    """Share of a round's kept completions that may match held-out tasks before the round ends in an error."""

    @field_validator("general")
    @classmethod
    def _left_out(cls, setting: str | None) -> str | None:
        """TOML has no null."""
        return None if setting == "none" else setting


class SamplingConfig(Section):
    """How candidates are drawn."""

    n: int = Field(8, ge=1)
    """Candidates per task and round."""
    temperature: float = Field(0.8, ge=0)
    """0 always takes the most likely token, and then all N candidates are the same."""
    top_p: float = Field(0.95, gt=0, le=1)
    """Mass of the nucleus that tokens are drawn from."""
    max_new_tokens: int = Field(4096, ge=1)
    """A reply that reaches it is cut, marked as truncated, and never kept."""
    max_rows: int | None = Field(None, ge=1)
    """Candidates decoded at once; by default what suits the device."""


class TrainingConfig(Section):
    """The LoRA adapter and how it is trained, always from the base model."""

    rank: int = Field(16, ge=1)
    """LoRA rank, on all linear layers."""
    scale: float = Field(20.0, gt=0)
    """Factor of the low-rank product (mlx-lm's `scale`; alpha / rank elsewhere)."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Dropout before the low-rank product."""
    learning_rate: float = Field(5e-5, gt=0)
    """Adam's step size after warm-up."""
    epochs: int = Field(3, ge=1)
    """Passes over all rows; every row is trained in every pass."""
    steps: int | None = Field(None, ge=1)
    """Optimizer steps of every adapter, SFT's and each round's; it overrides `epochs`: then SFT is each round's control arm of
    equal training, and the report's difference to it is what the round's own data brought."""
    batch_size: int = Field(4, ge=1)
    """Rows per optimizer step."""
    warmup_steps: int = Field(5, ge=0)
    """Steps over which the rate rises from zero."""
    max_gradient_norm: float = Field(1.0, gt=0)
    """Gradients longer than this are scaled down to it."""
    max_row_tokens: int = Field(8192, ge=16)
    """A longer training row is refused: a cut row would teach the model not to end."""


class RewardConfig(Section):
    """What a candidate is worth."""

    mode: Literal["executed", "deterministic", "judged"] = "executed"
    """`executed`: 0.6 for passing every test, the rest from the four scorers. `deterministic`: the four scorers alone, their
    weights made to add up to 1. `judged`: 0.6 from the judge; the mode of every run whose `judge.backend` is not "none"."""
    threshold: float = Field(0.70, ge=0, le=1)
    """The best eligible candidate of a task is kept when its reward is at least this."""
    deterministic_threshold: float = Field(0.85, ge=0, le=1)
    """The same in mode `deterministic`, where no opinion and no test adds to the scorers."""
    syntax: float = Field(0.10, ge=0, le=1)
    """Weight of the syntax scorer."""
    api: float = Field(0.10, ge=0, le=1)
    """Weight of the api scorer."""
    bugs: float = Field(0.10, ge=0, le=1)
    """Weight of the bugs scorer."""
    quality: float = Field(0.10, ge=0, le=1)
    """Weight of the quality scorer."""
    tests: float = Field(0.60, ge=0, le=1)
    """Weight of the judge; without one, of passing all tests in its place."""

    @property
    def keep_at(self) -> float:
        """The threshold of the mode."""
        return self.deterministic_threshold if self.mode == "deterministic" else self.threshold


class JudgeBudget(Section):
    """What judging may cost at most; a run that meets it pauses, and nothing is lost. Unset is without limit."""

    round_usd: float | None = Field(None, ge=0)
    """Dollars in a round."""
    run_usd: float | None = Field(5.0, ge=0)
    """Dollars in a run."""
    day_usd: float | None = Field(20.0, ge=0)
    """Dollars in a day (UTC), over all runs of the workspace."""
    round_calls: int | None = Field(None, ge=0)
    """Calls in a round."""
    run_calls: int | None = Field(None, ge=0)
    """Calls in a run."""
    day_calls: int | None = Field(None, ge=0)
    """Calls in a day (UTC), over all runs of the workspace."""


class JudgePrice(Section):
    """Prices of a model in dollars per million tokens, in place of those that `genai-prices` knows."""

    input: float = Field(ge=0)
    """Tokens of the prompt that come from no cache."""
    output: float = Field(ge=0)
    """Tokens of the reply, thinking included."""
    cache_write_5m: float = Field(ge=0)
    """Tokens written to the prompt cache for five minutes."""
    cache_write_1h: float = Field(ge=0)
    """Tokens written to the prompt cache for an hour."""
    cache_read: float = Field(ge=0)
    """Tokens read from the prompt cache."""


class JudgeConfig(Section):
    """Who gives opinions on candidates that pass their tests. A key in the environment alone spends nothing."""

    backend: Literal["none", "claude", "mlx"] = "none"
    """`claude`: over Anthropic's API, with your key. `mlx`: a frozen local model. `none`: no judge."""
    model: str = "claude-haiku-5-5"
    """For `claude` a model's id; for `mlx` a folder in mlx-lm's format, or what `model` takes."""
    effort: Literal["low", "medium", "high", "xhigh", "max"] = "medium"
    """How much a Claude model may think: most of the price."""
    max_tokens: int = Field(4096, ge=256)
    """Most tokens of a reply, thinking included. Unused ones cost nothing; the budget reserves them."""
    view: Literal["stripped", "full"] = "stripped"
    """`stripped` shows the judge code without comments: the policy must not learn to talk to it."""
    confirm: Literal["off", "borderline", "winner"] = "borderline"
    """Which winners need a second opinion, whose mean with the first then counts."""
    confirm_margin: float = Field(0.05, ge=0, le=1)
    """A winner less than this above the threshold is borderline."""
    concurrency: int = Field(8, ge=1, le=256)
    """Calls at a time; at most so many answers are lost when the process is killed."""
    batch: bool = False
    """Use Message Batches: half the price, answers within a day."""
    base_url: str | None = None
    """Another address of the API."""
    recorded: bool = False
    """Take answers from the ledger alone: no network, no key. A question that it has no answer to pauses the run."""
    force: bool = False
    """Use a judge although its calibration is below the thresholds."""
    budget: JudgeBudget = JudgeBudget()
    prices: dict[str, JudgePrice] = {}
    """By model id."""


class BenchmarkConfig(Section):
    """How policies are measured."""

    k: int = Field(4, ge=1)
    """Samples per held-out task, of `data.general` too, drawn with the same luck for every policy."""
    few_shot: int = Field(3, ge=0)
    """Demonstrations shown to the base model in the row that a tuned model has to beat honestly; 0 leaves the row out."""


class GateConfig(Section):
    """When an adapter is promoted."""

    alpha: float = Field(0.05, gt=0, lt=1)
    """Chance that a run promotes anything when nothing improved, shared over all its looks."""
    category_margin: float = Field(0.05, ge=0, le=1)
    """A category vetoes when it has fallen by more than this share of test cases, beyond noise."""
    general_margin: float = Field(0.03, ge=0, le=1)
    """The same for the suite `data.general`, against the base and against the incumbent."""


class RftConfig(Section):
    """A whole run."""

    model: str = "smollm2"
    """`smollm2` (brought by a package), a folder in mlx-lm's format, or a name on the Hub."""
    system_prompt: str | None = None
    """Said before every prompt, in training and sampling alike."""
    rounds: int = Field(3, ge=0)
    """Rounds after SFT."""
    seed: int = Field(0, ge=0)
    """Every random stream of the run is keyed by it."""
    data: DataConfig = DataConfig()
    sampling: SamplingConfig = SamplingConfig()
    training: TrainingConfig = TrainingConfig()
    reward: RewardConfig = RewardConfig()
    judge: JudgeConfig = JudgeConfig()
    benchmark: BenchmarkConfig = BenchmarkConfig()
    gate: GateConfig = GateConfig()

    @model_validator(mode="before")
    @classmethod
    def _mode_of_the_judge(cls, tree: Any) -> Any:
        """A configuration that names a judge need not name the mode too."""
        judge = tree.get("judge") if isinstance(tree, dict) else None
        if not isinstance(judge, dict) or judge.get("backend", "none") == "none" or not isinstance(tree.get("reward", {}), dict):
            return tree
        return {**tree, "reward": {"mode": "judged", **tree.get("reward", {})}}

    @model_validator(mode="after")
    def _judge_and_mode_agree(self) -> Self:
        if (self.judge.backend == "none") == (self.reward.mode == "judged"):
            raise ValueError(
                f"reward.mode is {self.reward.mode!r} and judge.backend is {self.judge.backend!r}: a judge needs mode "
                "'judged', and that mode a judge"
            )
        return self

    @model_validator(mode="after")
    def _answers_fit_training(self) -> Self:
        """A kept answer that is too long to train on would end a night's run at its last step."""
        if self.training.max_row_tokens <= self.sampling.max_new_tokens:
            raise ValueError(
                f"training.max_row_tokens ({self.training.max_row_tokens}) must be above sampling.max_new_tokens "
                f"({self.sampling.max_new_tokens}) by more than a prompt's length"
            )
        return self


def load_config(file: Path | None, recipe: str, overrides: dict[str, Any]) -> RftConfig:
    """The resolved configuration: defaults, then the recipe, then the file, then what the command line says.

    A file starts from the defaults, which suit a model of its own; `recipe = "quickstart"` in it starts from that recipe.
    Raises InputError naming the key, with the nearest name for an unknown one.
    """
    tree = _read(file) if file is not None else {"recipe": recipe}
    named = tree.pop("recipe", None)
    below = _recipe(named) if named is not None else {}
    merged = _merged(_merged(below, tree), overrides)
    if "judge" in overrides and isinstance(merged.get("reward"), dict):
        _agree_with_judge(merged["reward"], merged["judge"])
    return parse_config(merged, source=str(file or recipe))


def _agree_with_judge(reward: dict[str, Any], judge: dict[str, Any]) -> None:
    """A judge named on the command line, or "none", wins over the mode of a file that says otherwise."""
    if (judge.get("backend", "none") == "none") == (reward.get("mode") == "judged"):
        reward.pop("mode", None)


def parse_config(tree: dict[str, Any], *, source: str) -> RftConfig:
    """Validate a plain tree. Raises InputError."""
    try:
        return RftConfig.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise InputError(f"{source}: there is no setting `{path}`.", hint=_nearest(path)) from error
        where = f"`{path}`: {first['msg']} (got {first['input']!r})" if path else first["msg"]
        raise InputError(f"{source}: {where}.", hint="Correct that setting.") from error


def flat(config: RftConfig) -> dict[str, Any]:
    """Dotted key to value, for showing and comparing."""
    return dict(_flatten(config.model_dump(), ""))


def _flatten(tree: dict[str, Any], prefix: str) -> typing.Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _recipe(name: object) -> dict[str, Any]:
    file = resources.files("rft.quickstart") / f"{name}.toml"
    if name not in RECIPES or not file.is_file():
        raise InputError(f"there is no recipe {name!r}.", hint=f"The package brings: {', '.join(RECIPES)}.")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"there is no configuration file {file}.", hint="Check the path.") from error
    except OSError as error:
        raise InputError(f"the configuration {file} cannot be read: {error.strerror}.", hint="Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not valid TOML: {error}", hint="Correct the line it names.") from error


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        inner = merged.get(name)
        merged[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _nearest(path: str) -> str:
    known = ["recipe", *_known_keys(RftConfig, "")]
    sections = [key.partition(".")[0] for key in known if "." in key]
    close = difflib.get_close_matches(path, [*known, *sections], n=1, cutoff=0.5)
    if not close:
        leaf = path.rpartition(".")[2]
        close = [key for key in known if key.rpartition(".")[2] == leaf] or difflib.get_close_matches(
            leaf, [key.rpartition(".")[2] for key in known], n=1, cutoff=0.5
        )
    return f"Did you mean `{close[0]}`?" if close else f"Known settings: {', '.join(known)}."


def _known_keys(section: type[BaseModel], prefix: str) -> typing.Iterator[str]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and not isinstance(kind, types.GenericAlias) and issubclass(kind, BaseModel):
            yield from _known_keys(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
