"""From the configuration to what the judges' packages take."""

from decimal import Decimal

from judges.budget import Limits
from judges.claude.settings import DEFAULT_MODEL, ClaudeSettings
from judges.prices import Price, Prices
from rft.sections import JudgeConfig, JudgePrice


def limits_of(config: JudgeConfig) -> Limits:
    """The budget."""
    return Limits(**config.budget.model_dump())


FREE = Price(*(Decimal(0) for _ in range(5)))
"""Of a model on one's own machine."""


def prices_of(config: JudgeConfig) -> Prices:
    """The user's own prices before those of genai-prices."""
    return Prices({model: _price(price) for model, price in config.prices.items()})


def local_model(judge: JudgeConfig, base: str) -> str:
    """Whom `mlx` asks: without a model of its own the frozen base model."""
    return base if judge.model == DEFAULT_MODEL else judge.model


def _price(price: JudgePrice) -> Price:
    return Price(**{name: Decimal(str(value)) for name, value in price.model_dump().items()})


def claude_settings(config: JudgeConfig) -> ClaudeSettings:
    """What Claude is asked with. An answer of a batch may come an hour later: its prompts are cached for so long."""
    return ClaudeSettings(
        model=config.model,
        effort=config.effort,
        max_tokens=config.max_tokens,
        view=config.view,
        base_url=config.base_url,
        cache_ttl="1h" if config.batch else "5m",
    )


def has_dollar_limit(config: JudgeConfig) -> bool:
    """Whether a price must be known before the first call."""
    budget = config.budget
    return any(limit is not None for limit in (budget.round_usd, budget.run_usd, budget.day_usd))
