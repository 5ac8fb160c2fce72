"""What judging cost, what it saved, what it will cost: computed from the ledger."""

from judges.cost.facts import CostReport, cost_report
from judges.cost.reading import budgets, read_records, stored_readers
from judges.cost.records import Records
from judges.cost.runfacts import Budget, Judged, RunFacts, TaskChoice

__all__ = [
    "Budget",
    "CostReport",
    "Judged",
    "Records",
    "RunFacts",
    "TaskChoice",
    "budgets",
    "cost_report",
    "read_records",
    "stored_readers",
]
