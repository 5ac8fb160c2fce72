"""The cost report for a person: on a terminal, in a pipe and in 80 columns. Every number is a fact of `CostReport`."""

from rich.console import Console

from judges.cost.facts import CostReport
from judges.cost.layout import heading, many, percent, said, table
from judges.cost.money import usd
from judges.cost.view_quality import show_provenance, show_quality, show_reliability, show_tasks, show_worth


def show_cost(report: CostReport, console: Console) -> None:
    """Print all sections."""
    where = f"run {report.run}" + (f", {report.round}" if report.round else "")
    heading(console, f"What the judge cost: {where}")
    _headline(report, console)
    _units(report, console)
    _tokens(report, console)
    _waterfall(report, console)
    _waste(report, console)
    show_reliability(report.reliability, console)
    show_quality(report.quality, console)
    if report.worth is not None:
        show_worth(report.worth, console)
    show_tasks(report.tasks, console)
    show_provenance(report.provenance, console)


def _headline(report: CostReport, console: Console) -> None:
    head = report.headline
    table(
        console,
        [
            ("known", usd(head.known_pico)),
            ("possibly lost, at the worst case", usd(head.possibly_lost_pico)),
            *([("reserved by calls under way", usd(head.in_flight_pico))] if head.in_flight_pico else []),
            *((f"left of the budget of the {b.scope}", f"{usd(b.left_pico)} of {usd(b.limit_pico)}") for b in head.budgets),
        ],
    )
    if len(head.rounds) > 1:
        rows = [(r.round, str(r.calls), usd(r.known_pico), usd(r.possibly_lost_pico)) for r in head.rounds]
        table(console, rows, ("round", "calls", "known", "possibly lost"))
    if head.unpriced_calls:
        said(console, f"{many(head.unpriced_calls, 'answer')} without a known price stand under possibly lost.")
    if (rest := head.projection) is not None:
        said(
            console,
            f"The {rest.tasks_left} tasks of the rounds left will cost about {usd(rest.expected_pico)} "
            f"({usd(rest.p10_pico)} to {usd(rest.p90_pico)}, P10 to P90 from {rest.tasks_seen} tasks).",
        )


def _units(report: CostReport, console: Console) -> None:
    units = report.units
    named = {
        "a task": units.per_task,
        "a candidate sampled": units.per_candidate,
        "a verdict paid": units.per_verdict,
        "an example kept": units.per_kept,
        "a certified task": units.per_certified,
        "a benchmark point gained": units.per_point,
        "1,000 training tokens": units.per_1k_training_tokens,
    }
    heading(console, "For one")
    table(console, [(name, "n/a" if pico is None else usd(pico)) for name, pico in named.items()])


def _tokens(report: CostReport, console: Console) -> None:
    tokens, cache = report.tokens, report.tokens.cache
    heading(console, "Tokens")
    rows = [(kind.kind, f"{kind.tokens:,}", usd(kind.pico)) for kind in tokens.kinds if kind.tokens]
    if tokens.other_pico:
        rows.append(("other (prices have changed since)", "", usd(tokens.other_pico)))
    table(console, rows, ("kind", "tokens", "dollars"))
    if cache.asked_calls:
        said(console, f"Prompt cache: {percent(cache.hit_rate)} of the tokens that could come from it did.")
    if cache.silent_calls:
        said(
            console,
            f"Warning: {cache.silent_calls} of {many(cache.asked_calls, 'call')} asked for the prompt cache, and nothing was "
            f"written or read. The model caches longer prefixes only; the longest prompt had {cache.longest_silent_prompt:,} "
            "tokens.",
        )


def _waterfall(report: CostReport, console: Console) -> None:
    steps = report.waterfall
    heading(console, "What was saved")
    rows = [(steps.everything.name, f"{steps.everything.count:,}", usd(steps.everything.pico))]
    rows += [("- " + _WORDS.get(s.name, s.name), f"{s.count:,}", usd(s.pico)) for s in steps.spared if s.count]
    rows.append(("= asked, at the plain price", f"{steps.asked.count:,}", usd(steps.asked.pico)))
    rows += [("- " + _WORDS.get(s.name, s.name), f"{s.count:,}", usd(s.pico)) for s in steps.discounts if s.count or s.pico]
    rows += [("+ " + _WORDS.get(s.name, s.name), f"{s.count:,}", usd(s.pico)) for s in steps.extras if s.count]
    rows.append(("= known", f"{steps.spent.count:,}", usd(steps.spent.pico)))
    table(console, rows, ("", "number", "dollars"))
    if steps.ineligible:
        said(
            console,
            f"{many(steps.ineligible, 'more candidate')} failed tests or did not compile: they are not asked about.",
        )


_WORDS = {
    "duplicate": "same as another candidate",
    "ledger": "answered before, in the ledger",
    "below_threshold": "cannot reach the threshold",
    "cannot_win": "cannot win",
    "policy": "by rule (does not compile)",
    "no verdict": "asked, no priced verdict",
    "unusable": "replies without a verdict",
    "repeated": "asked again",
    "confirm": "second opinions",
    "audit": "audits",
    "canary": "drift canary",
    "calibrate": "calibration",
}


def _waste(report: CostReport, console: Console) -> None:
    lost = report.waste
    heading(console, "Paid besides the verdicts that selection needed")
    rows = [(f"unusable: {row.name}", str(row.calls), usd(row.pico)) for row in lost.unusable]
    rows.append(("possibly lost", str(lost.possibly_lost.calls), usd(lost.possibly_lost.pico)))
    rows += [(_WORDS.get(row.name, row.name), str(row.calls), usd(row.pico)) for row in lost.purposes]
    table(console, rows, ("", "calls", "dollars"))
    said(
        console,
        f"Attempts after a question's first: {lost.retries}. Attempts that were not billed: {lost.failed_attempts}. "
        f"Questions possibly paid twice: {lost.possibly_paid_twice}.",
    )
