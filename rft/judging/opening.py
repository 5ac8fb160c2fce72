"""From the configuration to a judge that may be asked: key, price and calibration are checked before there is work to lose."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from eval.task import Task
from judges.calibration import CalibrationCard, Drift, Permission, Subject, find_card, permission
from judges.calls import Provider
from judges.claude.preflight import preflight
from judges.claude.provider import ClaudeProvider
from judges.errors import JudgeConfigError
from judges.local import LocalProvider
from judges.outcome import JudgingSettings
from judges.rubric import RUBRIC_VERSION
from rft.config import RftConfig
from rft.judging.calibration import Asking, drifted
from rft.judging.places import cards_folder, open_ledger
from rft.judging.planning import forecast_of, in_a_line
from rft.judging.rounds import LoopJudge, ProviderMaker
from rft.judging.settings import claude_settings, has_dollar_limit, limits_of, local_model, prices_of
from rft.sections import JudgeConfig
from rft.store import RunPaths
from rollouts.errors import ModelError
from rollouts.judging import open_judge as open_local
from rollouts.models import resolve_model, weights_hash

Say = Callable[[str], None]

TERMS = (
    "Judge: a provider's terms may restrict using its outputs to train models; read them and decide yourself. There are modes "
    "without a provider (docs/judging.md)."
)


@contextmanager
def open_judge(config: RftConfig, paths: RunPaths, tasks: Sequence[Task], say: Say) -> Iterator[LoopJudge | None]:
    """The run's judge, ready to be asked; None where it has none. `say` is told what a person should know.

    Raises:
        JudgeConfigError: no key, no price, no such model, a judge that failed its calibration.
        LedgerError: the ledger cannot be used.
    """
    if config.judge.backend == "none":
        yield None
        return
    with ExitStack() as stack:
        maker, subject = stack.enter_context(provider_maker(config.judge, config.model, paths.log("judge")))
        card = find_card(cards_folder(paths.workspace), subject)
        allowed = may_judge(config.judge, card)
        warning = "" if config.judge.recorded else check_provider(maker())
        ledger = stack.enter_context(open_ledger(paths.workspace))
        if config.judge.backend == "claude" and not config.judge.recorded:
            say(in_a_line(forecast_of(config, tasks, paths.workspace)))
            if next(iter(ledger.attempts()), None) is None:
                say(TERMS)
        if warning:
            say(f"Judge: {warning}.")
        asking = Asking(maker(), ledger, limits_of(config.judge), config.judge.concurrency, paths.name)
        changed = "" if card is None or config.judge.recorded else _changed(drifted(asking, card))
        standing = " ".join(filter(None, (allowed.sentence, changed)))
        if standing:
            say(f"Judge {subject.model}: {standing}")
        if ledger.recovered:
            say(f"Judge: {ledger.recovered} calls of a killed run got no answer; they are counted as possibly lost.")
        yield LoopJudge(
            subject.model,
            paths.name,
            ledger,
            settings_of(config),
            config.reward,
            maker,
            config.judge.batch,
            config.judge.recorded,
            standing,
        )


def settings_of(config: RftConfig) -> JudgingSettings:
    """What decides a round's judging."""
    judge = config.judge
    is_local = judge.backend == "mlx"  # It says the same each time, and one thing at a time.
    return JudgingSettings(
        threshold=config.reward.keep_at,
        weight=config.reward.tests,
        confirm="off" if is_local else judge.confirm,
        margin=judge.confirm_margin,
        concurrency=1 if is_local else judge.concurrency,
        limits=limits_of(judge),
    )


@contextmanager
def provider_maker(judge: JudgeConfig, base: str, log: Path) -> Iterator[tuple[ProviderMaker, Subject]]:
    """How to make the configured provider, and whom a card must be about. A local judge without a model of its own is the frozen
    base model. Raises JudgeConfigError."""
    if judge.backend == "claude":
        prices, settings = prices_of(judge), claude_settings(judge)
        if has_dollar_limit(judge):
            prices.require(judge.model)

        yield lambda: ClaudeProvider(settings, prices), Subject("claude", judge.model, RUBRIC_VERSION, judge.view)
        return
    model = local_model(judge, base)
    try:
        folder = resolve_model(model, log)
    except ModelError as error:
        raise JudgeConfigError(f"the judge: {error}", hint="Set judge.model to a folder in mlx-lm's format.") from error
    weights = weights_hash(folder)
    with open_local(folder, log) as local:
        local.check()

        yield (
            lambda: LocalProvider(model, weights, local.ask, view=judge.view),
            Subject("mlx", f"{model}@{weights[:12]}", RUBRIC_VERSION, judge.view),
        )


def may_judge(judge: JudgeConfig, card: CalibrationCard | None) -> Permission:
    """Whether its calibration lets it select. Raises JudgeConfigError where it does not."""
    allowed = permission(card, judge.force)
    if not allowed.may_select:
        raise JudgeConfigError(
            allowed.sentence, hint="Choose another model, calibrate again with `rft judge calibrate`, or set judge.force = true."
        )
    return allowed


def _changed(found: Drift) -> str:
    """What a second look at the card's own questions says."""
    if not found.alarm:
        return ""
    named = f" it now calls itself {', '.join(found.new_models)};" if found.new_models else ""
    shift = "none of its questions got a verdict" if found.shift is None else f"its marks moved by {found.shift:+.3f}"
    return f"It is not the judge that was calibrated:{named} {shift}. Run `rft judge calibrate` again."


def check_provider(provider: Provider) -> str:
    """Ask the provider whether it would answer; nothing is billed. Returns a warning or nothing. Raises JudgeConfigError."""

    async def checked() -> str:
        try:
            return (await preflight(provider)).warning if isinstance(provider, ClaudeProvider) else ""
        finally:
            await provider.close()

    return asyncio.run(checked())
