"""The panel of a run as lines of text for a terminal of so many columns and lines. Pure."""

from collections.abc import Sequence

from rich.text import Text

from rft.sparkline import sparkline
from rft.view.facts import Facts, Policy, StageFacts, TaskShare
from rft.view.lines import Bar, Piece, fitted
from rft.view.words import clock, printable, size

MARGIN = 2
"""Columns left free: a line that fills the last one would be wrapped by the `^C` that a terminal shows behind it."""
MOST_POLICIES = 4
VERDICTS = {"promoted": "green", "refused": "yellow"}


def panel(facts: Facts, width: int, height: int) -> list[Text]:
    """At most ten lines, none wider than `width` allows, and fewer than `height`: the first ones are left out then."""
    room = max(1, width - MARGIN)
    lines = [_heading(facts, room), *_chart(facts.seen.policies, room), *_stages(facts, room)]
    lines += [*_tasks("best", facts.seen.best, room), *_tasks("worst", facts.seen.worst, room), *_machine(facts, room)]
    return lines[-max(1, height - 1) :]


def _heading(facts: Facts, room: int) -> Text:
    place = f"stage {facts.planned.index(facts.latest) + 1} of {len(facts.planned)}" if facts.latest in facts.planned else ""
    trend = f"cases passed {sparkline(facts.seen.shares)}" if facts.seen.policies else ""
    name = Piece(facts.run or "run", style="bold")
    line = fitted([Piece("──", style="dim"), name, Piece(place), Piece(clock(facts.seconds), 1), Piece(trend, 2)], room)
    rule = "─" * (room - line.cell_len - 1)
    return line.append(f" {rule}", style="dim") if rule else line


def _chart(policies: Sequence[Policy], room: int) -> list[Text]:
    shown = _chosen(policies)
    columns = zip(*(_cells(policy) for policy in shown), strict=True)
    widths = [max(map(len, column)) for column in columns]
    return [_policy(policy, widths, room) for policy in shown]


def _chosen(policies: Sequence[Policy]) -> list[Policy]:
    """The base and the latest ones, the one that was promoted last among them."""
    if len(policies) <= MOST_POLICIES:
        return list(policies)
    first, *others = policies
    latest = others[1 - MOST_POLICIES :]
    promoted = next((policy for policy in reversed(others) if policy.verdict == "promoted"), latest[0])
    return [first, *(latest if promoted in latest else [promoted, *latest[1:]])]


def _cells(policy: Policy) -> tuple[str, str, str, str]:
    interval = f"{100 * policy.low:.1f} to {100 * policy.high:.1f}"
    return policy.name, f"{100 * policy.share:.1f} %", interval, policy.verdict


def _policy(policy: Policy, widths: Sequence[int], room: int) -> Text:
    name, share, interval, verdict = _cells(policy)
    pieces = [
        Piece(name.ljust(widths[0])),
        Piece(share.rjust(widths[1])),
        Piece(interval.ljust(widths[2]), 2, "dim"),
        Piece(verdict.ljust(widths[3]), 1, VERDICTS.get(verdict, "")),
    ]
    return fitted(pieces, room, Bar(policy.share, VERDICTS.get(verdict, "cyan")))


def _stages(facts: Facts, room: int) -> list[Text]:
    if facts.stages:
        return [_stage(stage, room) for stage in facts.stages]
    following = facts.planned[facts.planned.index(facts.latest) + 1 :] if facts.latest in facts.planned else ()
    return [fitted([Piece(f"next: {following[0]}")], room)] if following else []


def _stage(stage: StageFacts, room: int) -> Text:
    pieces = [
        Piece(stage.name, style="bold"),
        Piece(f"{stage.done:,}/{stage.total:,}"),
        Piece(printable(stage.note), 2),
        Piece(clock(stage.seconds), 3, "dim"),
        Piece("" if stage.left is None else f"{clock(stage.left)} left", 1),
    ]
    return fitted(pieces, room, Bar(stage.done / stage.total if stage.total else 1.0, "cyan"))


def _tasks(word: str, tasks: Sequence[TaskShare], room: int) -> list[Text]:
    if not tasks:
        return []
    named = ", ".join(f"{printable(each.task)} {each.passed}/{each.scored}" for each in tasks)
    return [fitted([Piece(f"{word:<5}", style="dim"), Piece(named)], room)]


def _machine(facts: Facts, room: int) -> list[Text]:
    seen = facts.seen
    judge = "" if seen.spend is None else f"judge {seen.spend.spent}" + (f" of {seen.spend.limit}" if seen.spend.limit else "")
    pieces = [
        Piece("" if seen.memory is None else f"memory {size(seen.memory)}", 1),
        Piece("" if seen.disk is None else f"disk {size(seen.disk)} free", 2),
        Piece(judge),
        Piece(printable(seen.trouble), style="red"),
    ]
    return [fitted(pieces, room)] if any(piece.text for piece in pieces) else []
