"""The forecast for a person."""

from rich.console import Console

from judges.budget import SCOPES
from judges.cost.forecast import Estimate, Forecast
from judges.cost.layout import heading, many, percent, said, table
from judges.cost.money import usd


def show_judge_forecast(found: Forecast, console: Console) -> None:
    """Print the range, what it stands on, and the budgets beside it."""
    plan = found.plan
    heading(console, f"Judge: {plan.model}, {many(plan.rounds, 'round')} of {many(plan.tasks, 'task')} x {plan.candidates}")
    table(
        console,
        [_row("low", found.low), _row("expected", found.expected), _row("worst", found.worst), *_budgets(found)],
        ("", "calls", "dollars"),
    )
    said(
        console,
        f"Asked about: {percent(found.asked_share)} of the candidates ({found.asked_basis}); "
        f"{found.output_tokens} output tokens a verdict ({found.output_basis}). Prices: {found.price_source}.",
    )
    over = found.over()
    if over:
        said(console, f"The expected cost passes the budget of the {' and the '.join(over)}: judging would pause there.")
    if found.expected.pico is None:
        said(console, "Without a price no budget in dollars can be kept.")


def _row(name: str, estimate: Estimate) -> tuple[str, str, str]:
    return name, f"{estimate.calls:,}", usd(estimate.pico)


def _budgets(found: Forecast) -> list[tuple[str, str, str]]:
    rows = []
    for scope in SCOPES:
        calls, pico = found.limits.calls(scope), found.limits.pico(scope)
        if calls is not None or pico is not None:
            rows.append((f"budget of the {scope}", "" if calls is None else f"{calls:,}", "" if pico is None else usd(pico)))
    return rows
