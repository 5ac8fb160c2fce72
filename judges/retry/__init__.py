"""From a question to its answer: `ask`, and the `Circuit` that all asking of a run goes through."""

from judges.retry.ask import Answer, ask
from judges.retry.circuit import Circuit
from judges.retry.recorded import recorded
from judges.retry.stops import paused

__all__ = ["Answer", "Circuit", "ask", "paused", "recorded"]
