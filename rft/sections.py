"""The sections of the configuration. Every field says what it does."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


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


class EndpointConfig(Section):
    """A server that samples the rounds in place of this machine, over the OpenAI protocol: mlx_lm.server, vLLM, LM Studio."""

    url: str = Field(min_length=1)
    """Where it answers, up to and with `/v1`."""
    model: str = Field(min_length=1)
    """The model's name there. What it serves is what samples: the run's adapters are not sent to it."""
    concurrency: int = Field(16, ge=1, le=1024)
    """Requests at a time."""
    key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the server's key, if it asks for one."""


class SamplingConfig(Section):
    """How candidates are drawn."""

    n: int = Field(8, ge=1)
    """Candidates per task and round."""
    temperature: float = Field(0.8, ge=0)
    """0 always takes the most likely token, and then all N candidates are the same."""
    top_p: float = Field(0.95, gt=0, le=1)
    """Mass of the nucleus that tokens are drawn from."""
    top_k: int = Field(0, ge=0)
    """Draw from this many most likely tokens at most; 0 is without limit."""
    min_p: float = Field(0.0, ge=0, lt=1)
    """Leave out tokens less likely than this share of the most likely one."""
    max_new_tokens: int = Field(4096, ge=1)
    """A reply that reaches it is cut, marked as truncated, and never kept."""
    stop: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Texts that end a reply where they begin."""
    thinking: bool = False
    """Let a model think whose chat template knows `enable_thinking`, in sampling and training alike."""
    max_rows: int | None = Field(None, ge=1)
    """Candidates decoded at once; by default what suits the device and its memory."""
    enough: int | None = Field(None, ge=1)
    """Stop drawing for a task after this many distinct answers that pass every test; what that saves is spent on tasks that pass
    sometimes. Unset, every task gets N candidates."""
    curriculum: bool = False
    """Begin with easy tasks: what a round asks grows harder from round to round, sooner where the policy already passes."""
    candidates: str | None = None
    """JSONL file of recorded candidates, {"task": ..., "text": ...}: the rounds take theirs from it and sample none."""
    endpoint: EndpointConfig | None = None
    """A server that samples the rounds."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.candidates is not None and self.endpoint is not None:
            raise ValueError("sampling.candidates and sampling.endpoint are both set: the rounds have one source of candidates")
        return self


class RoundTraining(Section):
    """What is different where a round trains; unset, it is as in SFT."""

    learning_rate: float | None = Field(None, gt=0)
    """The optimizer's step size after warm-up."""
    epochs: int | None = Field(None, ge=1)
    """Passes over all rows."""
    steps: int | None = Field(None, ge=1)
    """Optimizer steps; overrides `epochs`."""


class TrainingConfig(Section):
    """The adapter and how it is trained, always from the base model."""

    method: Literal["lora", "dora", "full"] = "lora"
    """`dora`: LoRA with learned magnitudes (Liu et al. 2024). `full`: all weights; needs a base that is not quantised."""
    rank: int = Field(16, ge=1)
    """Rank of the low-rank product."""
    scale: float = Field(20.0, gt=0)
    """Factor of the low-rank product (mlx-lm's `scale`)."""
    alpha: float | None = Field(None, gt=0)
    """The same as alpha / rank, for those who know it from PEFT; it overrides `scale`."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Dropout before the low-rank product."""
    keys: tuple[str, ...] | None = None
    """Names of the linear layers that are adapted, like "self_attn.q_proj"; all of them by default."""
    num_layers: int | None = Field(None, ge=1)
    """Adapt this many last blocks only; all of them by default."""
    learning_rate: float = Field(5e-5, gt=0)
    """The optimizer's step size after warm-up."""
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    """How the rate goes on after warm-up: as it is, or down to zero after the last step."""
    weight_decay: float = Field(0.0, ge=0)
    """Decoupled weight decay (AdamW)."""
    epochs: int = Field(3, ge=1)
    """Passes over all rows; every row is trained in every pass."""
    steps: int | None = Field(None, ge=1)
    """Optimizer steps of every adapter, SFT's and each round's; it overrides `epochs`: then SFT is each round's control arm of
    equal training, and the report's difference to it is what the round's own data brought."""
    batch_size: int = Field(4, ge=1)
    """Rows per pass."""
    accumulation: int = Field(1, ge=1)
    """Passes per optimizer step: the same step as with so many times the rows in one pass, in the memory of one."""
    warmup_steps: int = Field(5, ge=0)
    """Steps over which the rate rises from zero."""
    max_gradient_norm: float = Field(1.0, gt=0)
    """Gradients longer than this are scaled down to it."""
    max_row_tokens: int = Field(8192, ge=16)
    """A longer chat is cut between its exchanges. A row that cannot be cut is refused: half an answer teaches not to end."""
    checkpoint_gradients: bool = False
    """Compute each block's activations again on the way back: less memory, a third more time."""
    evaluate_every: int | None = Field(None, ge=1)
    """Measure the held-out loss every so many steps, and install the weights that had the lowest; unset, the last ones."""
    patience: int | None = Field(None, ge=1)
    """Stop after this many measurements without a lower loss; needs `evaluate_every`."""
    objective: Literal["sft", "weighted", "dpo"] = "sft"
    """What a round learns: `sft` the best answers; `weighted` all candidates by their advantage (Xiong et al. 2025); `dpo` the
    best over the worst of each task (Rafailov et al. 2023) beside SFT on the best."""
    dpo_beta: float = Field(0.1, gt=0)
    """How far `dpo` may move from the base model: higher is nearer."""
    rounds: RoundTraining = RoundTraining()

    @property
    def factor(self) -> float:
        """The factor of the low-rank product: mlx-lm's scale, PEFT's alpha / rank."""
        return self.scale if self.alpha is None else self.alpha / self.rank

    def of_rounds(self) -> Self:
        """The settings with which a round trains."""
        changed = {name: value for name, value in self.rounds.model_dump().items() if value is not None}
        if "epochs" in changed:
            changed.setdefault("steps", None)
        return self.model_copy(update=changed)

    @model_validator(mode="after")
    def _patience_needs_measurements(self) -> Self:
        if self.patience is not None and self.evaluate_every is None:
            raise ValueError("training.patience counts measurements: set training.evaluate_every too")
        return self


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
