"""The live view: a panel that fits, and lines in a pipe."""

import io
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from rft.view import View
from rft.view.facts import Facts, Policy, Seen, StageFacts, TaskShare
from rft.view.panel import MARGIN, panel
from rft.view.ticker import Ticker
from rft.view.view import is_live
from tests.rft.live_world import AT_40, AT_80, FACTS, PLANNED, SEEN, WIDTHS, Terminal, words

# The panel


@pytest.mark.parametrize(("width", "expected"), [(80, AT_80), (40, AT_40)])
def test_the_panel_at_the_usual_widths(width: int, expected: str) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    for line in panel(FACTS, width, 24):
        console.print(line)
    assert [line.rstrip() for line in console.export_text().splitlines()] == expected.strip("\n").splitlines()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height", [1, 2, 5, 24])
def test_the_panel_fits(width: int, height: int) -> None:
    many = [Policy(f"round-{i}", 0.1 * i, 0.0, 1.0, "promoted" if i == 2 else "refused") for i in range(10)]
    wide = [TaskShare("関数を書いて" * 20, 1, 3)]
    full = replace(FACTS, seen=replace(SEEN, policies=many, best=wide, trouble="the disk\tis gone"))
    lines = panel(full, width, height)
    assert all(line.cell_len <= max(1, width - MARGIN) for line in lines)
    assert len(lines) == min(10, max(1, height - 1))


def test_what_matters_less_is_left_out_first() -> None:
    stages = {width: words(panel(FACTS, width, 24))[3] for width in WIDTHS}
    assert stages[120] == stages[80]
    assert "128/256" in stages[20]
    assert "left" not in stages[20]


def test_a_low_terminal_keeps_the_last_lines() -> None:
    assert words(panel(FACTS, 80, 4)) == words(panel(FACTS, 80, 24))[-3:]


def test_of_many_policies_the_base_the_last_promoted_and_the_latest_are_shown() -> None:
    verdicts = ["", "promoted", "promoted", "refused", "refused", "refused"]
    policies = [Policy(f"p{i}", 0.5, 0.4, 0.6, verdict) for i, verdict in enumerate(verdicts)]
    shown = words(panel(replace(FACTS, seen=replace(SEEN, policies=policies)), 80, 24))[1:5]
    assert [line.split()[0] for line in shown] == ["p0", "p2", "p4", "p5"]


def test_between_two_stages_the_next_one_is_named() -> None:
    assert "next: training round-1" in words(panel(replace(FACTS, stages=()), 80, 24))
    over = replace(FACTS, stages=(), latest=PLANNED[-1])
    assert not [line for line in words(panel(over, 80, 24)) if "next" in line]


def test_a_panel_of_nothing_is_a_line() -> None:
    assert words(panel(Facts("", 0), 40, 24)) == ["──  run  0:00 " + "─" * 24]


def test_a_bar_is_full_when_all_is_done() -> None:
    almost, done = (panel(replace(FACTS, stages=[StageFacts("s", n, 1000, "", 1, None)]), 80, 24)[3].plain for n in (999, 1000))
    assert "░" in almost
    assert "░" not in done


def test_a_task_cannot_move_the_cursor() -> None:
    best = [TaskShare("a\x1b[2J\nb", 1, 1)]
    assert "best   a?[2J?b 1/1" in words(panel(replace(FACTS, seen=replace(SEEN, best=best)), 80, 24))
    assert words(panel(Facts("r", 0, seen=Seen(trouble="no \x1b[2J")), 80, 24))[-1] == "no ?[2J"


# The view without a terminal


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that stages see: the last of these."""
    now = [100.0]
    monkeypatch.setattr("rft.view.stage.time", SimpleNamespace(monotonic=lambda: now[-1]))
    return now


def a_stage(view: View, clock: list[float]) -> None:
    with view:
        view.say("begun [bold]")
        stage = view.stage("round-1", 40, 0)
        for _ in range(10):
            clock.append(clock[-1] + 4)
            stage.work(120, "tokens")
            stage.advance()
        stage.close()
        view.say("ended")


@pytest.mark.parametrize("options", [{}, {"force_terminal": True}, {"force_terminal": True, "_environ": {"TERM": "dumb"}}])
def test_a_pipe_gets_lines(tmp_path: Path, clock: list[float], options: Any) -> None:
    """Also one that colours are forced into, and a terminal that cannot move its cursor."""
    file = io.StringIO()
    a_stage(View(Console(file=file, width=80, color_system=None, **options), tmp_path / "events.jsonl"), clock)
    assert file.getvalue().splitlines() == [
        "begun [bold]",
        "  round-1: 3 of 40, 30 tokens/s",
        "  round-1: 7 of 40, 30 tokens/s, about 151 s left",
        "ended",
    ]
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events] == ["said", "stage", "said"]
    assert events[1]["name"] == "round-1"


def test_a_stage_found_finished_has_no_time_left(tmp_path: Path, clock: list[float]) -> None:
    file = io.StringIO()
    with View(Console(file=file, width=80), tmp_path / "events.jsonl") as view:
        stage = view.stage("round-1", 4, 4)
        clock.append(clock[-1] + 20)
        stage.work(10, "tokens")
        assert stage.facts().left is None
    assert file.getvalue() == "  round-1: 4 of 4, 0 tokens/s\n"


def test_a_long_line_stays_one_and_is_no_markup(tmp_path: Path, clock: list[float]) -> None:
    file = io.StringIO()
    with View(Console(file=file, width=80), tmp_path / "events.jsonl") as view:
        stage = view.stage("judging round-1", 4)
        clock.append(clock[-1] + 20)
        stage.advance(note="[red] " + "many words " * 10)
    assert file.getvalue() == f"  judging round-1: 1 of 4, [red] {'many words ' * 10}, about 60 s left\n"


def test_a_second_ctrl_c_leaves_no_panel_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rft.view.view.is_live", lambda _: True)

    def interrupted(ticker: Ticker) -> None:
        ticker._done.set()
        raise KeyboardInterrupt

    monkeypatch.setattr(Ticker, "stop", interrupted)
    terminal = Terminal(80)
    with pytest.raises(KeyboardInterrupt), View(terminal.console, tmp_path / "events.jsonl") as view:
        view.say("begun")
    terminal.console.print("stopped")
    assert terminal.show() == ["begun", "stopped"]


def test_a_terminal_without_columns_has_no_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    widths = {width: Console(file=terminal, _environ={"TERM": "xterm", "COLUMNS": str(width)}) for width in (0, 1, 80)}
    assert {width: is_live(console) for width, console in widths.items()} == {0: False, 1: True, 80: True}
