"""From findings to a number in [0, 1].

Each check multiplies the score by a factor of its own: 1 - weight * (1 - 2^-n) for n findings. A habit repeated fifty
times is one habit, so a check never takes more than its weight; and nothing depends on the size of the code, so that
filler dilutes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from scorers.checks.check import WEIGHTS
from scorers.diagnostics import Diagnostic


def value(diagnostics: Iterable[Diagnostic], weights: Mapping[str, float]) -> float:
    """The product of the checks' factors. `weights` holds the checks whose weight does not follow from the severity."""
    counts = Counter((found.check, found.severity) for found in diagnostics)
    product = 1.0
    for (check, severity), count in counts.items():
        weight = weights.get(check, WEIGHTS[severity])
        product *= 1.0 - weight * (1.0 - 0.5**count)
    return product
