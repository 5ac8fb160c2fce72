"""The gate: may this adapter become the policy that everything after it builds on?

`GateRule` is the rule on bare arrays, for many comparisons at once. `decide` applies it to measured results, and the
power simulation and the noise test apply the same object to simulated ones, so what they say is about this code.

The rule promotes when all of these hold:
1. the mean paired gain is above zero against the base and, where there is one, against the incumbent, each by a
   one-sided sign-flip test at `alpha`. Both must hold, so no adjustment between the two is needed;
2. no category fell below minus its margin against either, and neither did the general suite, whose tasks lie outside the
   domain: one family of tests, Holm-adjusted. A veto needs evidence of harm. Demanding evidence of harmlessness in
   every small category would refuse most true gains.

What this does not do: see a regression smaller than the noise of a small category, or one outside the suites.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from eval.outcome import BenchmarkResult, Floats, paired_differences
from eval.power import BASE, INCUMBENT, TARGET_POWER, minimum_detectable_effect
from eval.statistics import bootstrap_interval, holm_adjust, regression_p_values, sign_flip_p_values

GENERAL = "general suite"


@dataclass(frozen=True, slots=True)
class GateMargins:
    """How far a mean share may fall before it counts as a regression, and how sure the veto must be."""

    category: float = 0.05
    """Largest tolerated fall of a category's mean share of cases passed, in [0, 1]."""
    general: float = 0.03
    """The same for the general suite, which has more tasks than a category and watches for forgetting."""
    level: float = 0.05
    """Chance that a candidate without any regression is vetoed, over all categories and suites together."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate on one suite, with what it is compared with. `incumbent` is None where there is none."""

    candidate: BenchmarkResult
    incumbent: BenchmarkResult | None
    base: BenchmarkResult

    def differences(self) -> dict[str, Floats]:
        """Reference -> candidate minus reference by task, the incumbent first.

        Raises EvalError when two results are not the same measurement.
        """
        references = {BASE: self.base} if self.incumbent is None else {INCUMBENT: self.incumbent, BASE: self.base}
        return {name: paired_differences(self.candidate, result) for name, result in references.items()}


@dataclass(frozen=True, slots=True)
class CategoryDelta:
    """One comparison of the veto family. `p_value` is Holm-adjusted: small means a fall below minus the margin."""

    category: str
    reference: str
    tasks: int
    delta: float
    p_value: float
    vetoed: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, with everything needed to show why. Gains are differences of mean share, in [-1, 1]."""

    promote: bool
    reason: str
    p_value: float
    """The larger of the p-values against base and incumbent: both must reach `alpha`."""
    p_value_base: float
    p_value_incumbent: float | None
    alpha: float
    gain: float
    """Against the incumbent, or against the base where there is none."""
    gain_interval: tuple[float, float]
    """95 % bootstrap interval of `gain`, for showing only."""
    mde: float | None
    """Smallest true gain that the whole gate finds in 80 % of cases; None when no possible gain would be found."""
    vetoes: tuple[str, ...]
    category_deltas: tuple[CategoryDelta, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`, also after a trip through text."""
        low, high = data["gain_interval"]
        deltas = tuple(CategoryDelta(**delta) for delta in data["category_deltas"])
        changed = {"gain_interval": (low, high), "vetoes": tuple(data["vetoes"]), "category_deltas": deltas}
        return cls(**{**data, **changed})


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rule's answer for R comparisons."""

    promote_R: NDArray[np.bool_]
    gain_p_values: dict[str, Floats]
    """Reference -> p-values, shape R."""
    regression_p_R_M: Floats
    """Holm-adjusted p-values, in the order of `_veto_family`."""


@dataclass(frozen=True, slots=True)
class GateRule:
    """The decision rule for a suite whose task t has category `categories[t]`."""

    categories: tuple[str, ...]
    alpha: float
    margins: GateMargins
    flips: int = 20_000
    """Random sign patterns per test. The p-value's resolution is 1 / (flips + 1)."""

    def judge(self, differences: Mapping[str, Floats], *, seed: int, general: Mapping[str, Floats] | None = None) -> Verdicts:
        """Judge R candidates at once.

        `differences` maps each reference (base, incumbent) to candidate - reference, shape R x T; `general` is the same
        over the G tasks of the general suite, shape R x G.
        """
        gains = {
            reference: sign_flip_p_values(differences_R_T, seed=seed, flips=self.flips)
            for reference, differences_R_T in differences.items()
        }
        regression_p_R_M = self._regressions(differences, general or {})
        significant_R = np.all([p_R <= self.alpha for p_R in gains.values()], axis=0)
        harmless_R = (regression_p_R_M > self.margins.level).all(axis=1)
        return Verdicts(significant_R & harmless_R, gains, regression_p_R_M)

    def promotes(self, differences: Mapping[str, Floats], seed: int) -> NDArray[np.bool_]:
        """The decisions alone, shape R."""
        return self.judge(differences, seed=seed).promote_R

    def _regressions(self, differences: Mapping[str, Floats], general: Mapping[str, Floats]) -> Floats:
        family = _veto_family(self.categories, differences, general)
        p_values = [
            regression_p_values(changes, self.margins.general if name == GENERAL else self.margins.category)
            for (name, _), changes in family.items()
        ]
        return holm_adjust(np.stack(p_values, axis=1))


def _veto_family(
    categories: tuple[str, ...], differences: Mapping[str, Floats], general: Mapping[str, Floats]
) -> dict[tuple[str, str], Floats]:
    """(category or general suite, reference) -> the differences that could show a regression there."""
    members = np.array(categories)
    family = {
        (category, reference): differences_R_T[:, members == category]
        for reference, differences_R_T in differences.items()
        for category in sorted(set(categories))
    }
    return family | {(GENERAL, reference): differences_R_G for reference, differences_R_G in general.items()}


def alpha_per_look(total_alpha: float, rounds: int) -> float:
    """Error level of one look when SFT (look 0) and `rounds` rounds share `total_alpha` (Bonferroni)."""
    return total_alpha / (rounds + 1)


def smallest_visible_gain(
    base: BenchmarkResult,
    *,
    incumbent: BenchmarkResult | None = None,
    alpha: float,
    margins: GateMargins,
    seed: int,
) -> float | None:
    """Smallest true gain that the whole gate finds in 80 % of cases, from measured results. It needs no candidate."""
    if incumbent is not None:
        paired_differences(incumbent, base)
    measured = {BASE: base} if incumbent is None else {INCUMBENT: incumbent, BASE: base}
    rule = GateRule(base.categories, alpha, margins, flips=2_000)
    shares = {name: result.shares_T_K for name, result in measured.items()}
    return minimum_detectable_effect(shares, rule.promotes, seed=seed)


def decide(
    candidate: BenchmarkResult,
    *,
    incumbent: BenchmarkResult | None,
    base: BenchmarkResult,
    alpha: float,
    margins: GateMargins,
    general: Measured | None = None,
    seed: int,
) -> Decision:
    """Judge one measured candidate. `general` is what it and the references did on the general suite.

    Raises EvalError when any two results are not the same measurement: missing data never passes.
    """
    differences = Measured(candidate, incumbent, base).differences()
    batch = _of_one(differences)
    forgotten = {} if general is None else _of_one(general.differences())
    verdicts = GateRule(candidate.categories, alpha, margins).judge(batch, seed=seed, general=forgotten)

    p_values = {name: float(p_R[0]) for name, p_R in verdicts.gain_p_values.items()}
    family = _veto_family(candidate.categories, batch, forgotten)
    deltas = _category_deltas(verdicts, family, margins.level)
    against, gains_T = next(iter(differences.items()))
    gain, interval = float(gains_T.mean()), bootstrap_interval(gains_T, seed=seed)
    mde = smallest_visible_gain(base, incumbent=incumbent, alpha=alpha, margins=margins, seed=seed)
    return Decision(
        promote=bool(verdicts.promote_R[0]),
        reason=_reason(p_values, alpha, _gain_text(against, gain, interval), deltas, mde),
        p_value=max(p_values.values()),
        p_value_base=p_values[BASE],
        p_value_incumbent=p_values.get(INCUMBENT),
        alpha=alpha,
        gain=gain,
        gain_interval=interval,
        mde=mde,
        vetoes=tuple(_veto_text(delta) for delta in deltas if delta.vetoed),
        category_deltas=deltas,
    )


def _of_one(differences: Mapping[str, Floats]) -> dict[str, Floats]:
    """Differences of one candidate as those of a batch of one."""
    return {name: differences_T[None] for name, differences_T in differences.items()}


def _category_deltas(verdicts: Verdicts, family: Mapping[tuple[str, str], Floats], level: float) -> tuple[CategoryDelta, ...]:
    p_values = verdicts.regression_p_R_M[0].tolist()
    return tuple(
        CategoryDelta(name, reference, changes.shape[1], float(changes.mean()), p_value, vetoed=p_value <= level)
        for ((name, reference), changes), p_value in zip(family.items(), p_values, strict=True)
    )


def _reason(
    p_values: Mapping[str, float],
    alpha: float,
    gain_text: str,
    deltas: Sequence[CategoryDelta],
    mde: float | None,
) -> str:
    """One sentence. The first test that failed is the one named."""
    for reference, p_value in p_values.items():
        if p_value > alpha:
            subject = gain_text if reference == next(iter(p_values)) else f"the gain over the {reference}"
            return f"{subject} is not distinguishable from noise ({_p_text(p_value)}, needed {alpha:.4g}); " + _power_text(mde)
    vetoes = [_veto_text(delta) for delta in deltas if delta.vetoed]
    if vetoes:
        return f"{gain_text} is significant, but {' and '.join(vetoes)}"
    tests = ", ".join(f"{_p_text(p)} against the {reference}" for reference, p in p_values.items())
    return f"{gain_text} is significant ({tests}; needed {alpha:.4g}) and nothing else shows a regression"


def _gain_text(reference: str, gain: float, interval: tuple[float, float]) -> str:
    low, high = interval
    noun = "gain over" if gain >= 0 else "change against"
    return f"the {noun} the {reference}, {100 * gain:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}],"


def _power_text(mde: float | None) -> str:
    share = f"{100 * TARGET_POWER:.0f} % of cases"
    if mde is None:
        return f"this benchmark has no room for a gain that it would have seen in {share}"
    return f"the smallest gain this benchmark would have seen in {share} is {100 * mde:+.1f} points"


def _veto_text(delta: CategoryDelta) -> str:
    subject = f"the {GENERAL}" if delta.category == GENERAL else f"category {delta.category}"
    return (
        f"{subject} fell by {-100 * delta.delta:.1f} points against the {delta.reference} "
        f"({delta.tasks} tasks, adjusted {_p_text(delta.p_value)})"
    )


def _p_text(p_value: float) -> str:
    return "p < 0.0001" if p_value < 0.0001 else f"p = {p_value:.2g}"
