"""The cost report as facts: computed from the ledger's rows and from what the caller knows of the run, and from nothing else."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from judges.cost.counting import counted
from judges.cost.headline import Headline, headline
from judges.cost.pricing import priced
from judges.cost.quality import Quality, quality
from judges.cost.records import Call, Records
from judges.cost.reliability import Reliability, reliability
from judges.cost.runfacts import RunFacts
from judges.cost.tasks import TaskCost, task_costs
from judges.cost.tokens import TokenCosts, token_costs
from judges.cost.units import UnitCosts, unit_costs
from judges.cost.waste import Waste, waste
from judges.cost.waterfall import Waterfall, waterfall
from judges.cost.worth import Worth, worth
from judges.prices import Prices

SCHEMA_VERSION = 1
"""Raised when a field of the report changes its meaning or goes."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """By whom and at whose prices. Counts of answered calls by name."""

    providers: dict[str, int]
    models_asked: dict[str, int]
    models_answered: dict[str, int]
    price_sources: dict[str, int]
    handed_in: dict[str, str]
    """What the caller said: rubric, effort, SDK, configuration, calibration card."""


@dataclass(frozen=True, slots=True)
class CostReport:
    """The judge's cost over a run, or one of its rounds. Money in pico-dollars (`judges.calls.PICO` of them are a dollar)."""

    run: str
    round: str | None
    headline: Headline
    units: UnitCosts
    tokens: TokenCosts
    waterfall: Waterfall
    waste: Waste
    reliability: Reliability
    quality: Quality
    worth: Worth | None
    tasks: tuple[TaskCost, ...]
    provenance: Provenance
    schema_version: int = field(default=SCHEMA_VERSION)

    def to_json(self) -> dict[str, Any]:
        """What `json.dumps` takes."""
        return asdict(self)


def cost_report(
    records: Records, prices: Prices, run: str, round: str | None = None, facts: RunFacts | None = None
) -> CostReport:
    """The report of a run, or of one of its rounds. Pure: the same rows and facts give the same report.

    `prices` take the stored costs apart by kind and discount; what was paid is what the ledger stored, whatever they say.
    """
    facts = facts or RunFacts()
    mine = records.of(run, round)
    costs = priced((*mine.older, *mine.calls), prices)
    return CostReport(
        run=run,
        round=round,
        headline=headline(mine, facts),
        units=unit_costs(mine, facts),
        tokens=token_costs(mine, costs),
        waterfall=waterfall(mine, counted(mine), costs),
        waste=waste(mine),
        reliability=reliability(mine),
        quality=quality(mine, facts),
        worth=worth(facts.choices),
        tasks=task_costs(mine, facts),
        provenance=_provenance(mine.answered(), facts),
    )


def _provenance(answered: tuple[Call, ...], facts: RunFacts) -> Provenance:
    def count(name: str) -> dict[str, int]:
        return dict(Counter(getattr(call, name) for call in answered).most_common())

    return Provenance(count("provider"), count("model"), count("billed_model"), count("price_source"), dict(facts.provenance))
