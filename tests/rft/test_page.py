"""The page of a run: whole, asking for nothing, with nothing of a model's text taken as markup, and never too large."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from markupsafe import Markup

from eval.benchmark import Figure
from rft.cli import cli
from rft.looking import look_at
from rft.page.answers import MOST_COLUMNS, MOST_LINES
from rft.page.building import page_of
from rft.page.chart import chart
from rft.page.rendering import draw_answer, render_page
from rft.page.samples import Browser
from rft.store import RunPaths, open_for_reading, open_for_writing
from rft.task_round import Answer, TaskRound
from tests.rft.world import HELD_OUT, NOUNS, a_task, some_facts, write_workspace
from tests.rft.written_run import WrittenRun, finding

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
VOID = {"meta", "input", "br", "img", "link"}


class Strict(HTMLParser):
    """Reads a page and refuses tags that do not close in order; keeps its tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    @classmethod
    def of(cls, page: str) -> "Strict":
        parser = cls()
        parser.feed(page)
        parser.close()
        assert parser.open == []
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WrittenRun]:
    monkeypatch.chdir(write_workspace(tmp_path))
    paths = RunPaths(tmp_path, "written")
    with open_for_writing(paths) as store:
        yield WrittenRun.begin(paths, store)


def html_of(run: WrittenRun, most_bytes: int = 4_000_000) -> str:
    seen = look_at(run.store, run.paths, with_rounds=True)
    return render_page(
        page_of(
            seen.report, seen.state, run.store, run.config,
            benchmark=seen.benchmark, training=seen.training or (), rounds=seen.rounds, most_bytes=most_bytes,
            cost_missing=seen.cost_missing,
        )
    )  # fmt: skip


def test_the_page_of_a_finished_run(in_finished: RunPaths, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "page.html"
    result = CliRunner().invoke(cli, ["report", in_finished.name, "--html", str(file)])
    assert result.exit_code == 0, result.output
    assert f"{len(NOUNS)} tasks in its sample browser" in result.stdout
    page = file.read_text()
    words = "".join(Strict.of(page).text)
    for expected in (
        "base",
        "sft",
        "round-1",
        *NOUNS,
        "f=type",
        "won: of the eligible ones",
        "learning_rate",
        "nothing was paid",
    ):
        assert expected in words
    with open_for_reading(in_finished) as store:
        assert store.fact("decision:sft")["reason"] in words
    assert sorted(path.name for path in file.parent.iterdir()) == ["page.html"]


def test_it_asks_for_nothing(in_finished: RunPaths) -> None:
    with open_for_reading(in_finished) as store:
        seen = look_at(store, in_finished, with_rounds=True)
        page = render_page(seen.page(store))
    parsed = Strict.of(page)
    assert not {"link", "img", "iframe", "object", "base"} & set(parsed.tags)
    assert all(value.startswith("#") for _, name, value in parsed.attributes if name in ("href", "src", "action"))
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", page)
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on") or name == "style"]


def test_its_policy_allows_its_own_script_and_style_alone(run: WrittenRun) -> None:
    page = html_of(run)
    (policy,) = (value for _, name, value in Strict.of(page).attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() in policy


def test_a_run_that_has_only_begun(run: WrittenRun) -> None:
    words = "".join(Strict.of(html_of(run)).text)
    assert "Nothing was measured yet." in words
    assert "Nothing was decided yet." in words
    assert "No round has come to its selection." in words
    assert words.count("not sampled") >= len(NOUNS)


def test_a_run_on_its_way(run: WrittenRun) -> None:
    """Drawn and not scored is shown as that; what was not measured is not made up."""
    run.measure("base", {})
    run.answer("round-1", run.tasks[0], 0, "return 1", scored=False)
    words = "".join(Strict.of(html_of(run)).text)
    assert "not scored" in words
    assert "the round is not finished" in words
    assert "Nothing was decided yet." in words


def test_it_stands_in_the_runs_folder_unless_told_otherwise(run: WrittenRun) -> None:
    result = CliRunner().invoke(cli, ["report", "--name", "written", "--html"])
    assert result.exit_code == 0, result.output
    assert (run.paths.folder / "report.html").read_text().startswith("<!DOCTYPE html>")
    refused = CliRunner().invoke(cli, ["report", "--html", "written"])
    assert "is not the name of an HTML file" in str(refused.exception)
    assert not (run.paths.workspace / "written").exists()
    nowhere = CliRunner().invoke(cli, ["report", "written", "--html", "rft.toml/page.html"])
    assert "rft.toml/page.html cannot be written" in str(nowhere.exception)


def test_a_page_that_cannot_stand_there_leaves_nothing(run: WrittenRun) -> None:
    (run.paths.folder / "report.html").mkdir()
    result = CliRunner().invoke(cli, ["report", "written", "--html"])
    assert "report.html cannot be written" in str(result.exception)
    assert not list(run.paths.folder.glob(".*"))


def test_changed_training_tasks_leave_the_samples_out_and_say_so(run: WrittenRun) -> None:
    run.measure("base", {})
    file = run.paths.workspace / "tasks" / f"{NOUNS[0]}.toml"
    file.write_text(file.read_text().replace("Name your", "Call your"))
    seen = look_at(run.store, run.paths, with_rounds=True)
    words = "".join(Strict.of(render_page(seen.page(run.store))).text)
    assert f"The rounds' samples cannot be shown: the run's inputs have changed since it began: training task {NOUNS[0]}" in words
    assert "base" in words


def test_nothing_of_a_model_is_markup(run: WrittenRun) -> None:
    """Prompts, codes, names of checks and the judge's words are text, whatever they hold, control characters too."""
    task = run.tasks[0].model_copy(update={"prompt": f"{HOSTILE}\x1b[31m\x00", "category": f'"{HOSTILE}'})
    facts = some_facts()
    facts = type(facts)(
        facts.static.__class__(True, facts.static.scores, (finding(1, 1, HOSTILE, HOSTILE),)), facts.execution, False
    )
    answer = Answer(0, f"print('{HOSTILE}')\n-- {HOSTILE}\x1b]0;title\x07", "stop", 3, facts, 0.9, None, HOSTILE, True)
    browser = Browser(draw_answer)
    browser.add(task, [TaskRound(f"round-1{HOSTILE}", (answer,), HOSTILE, HOSTILE)])
    seen = look_at(run.store, run.paths, with_rounds=True)
    page = seen.page(run.store)
    found = render_page(type(page)(**{name: getattr(page, name) for name in page.__slots__} | {"tasks": tuple(browser.tasks())}))
    parsed = Strict.of(found)
    assert parsed.tags.count("script") == 1
    assert "img" not in parsed.tags
    assert "".join(parsed.text).count("<img src=x") >= 7
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", found)


def many_answers(count: int, lines: int = 30) -> TaskRound:
    answers = tuple(
        Answer(i, "\n".join(f"local v{i} = {n}" for n in range(lines)), "stop", 9, some_facts(), i / 100, None, "", i == 3)
        for i in range(count)
    )
    return TaskRound("round-1", answers, "candidate 3 won")


def test_a_big_run_shows_fewer_answers_of_each_task_and_says_so() -> None:
    browser = Browser(draw_answer, most_bytes=100_000)
    for number in range(10):
        browser.add(a_task(f"task-{number}"), [many_answers(20)])
    shown = browser.tasks()
    assert 0 < browser.most < 8
    assert len(shown) == 10
    assert all(len(task.rounds[0].answers) == browser.most and task.rounds[0].hidden == 20 - browser.most for task in shown)
    assert all("3 kept" in task.rounds[0].answers[0] for task in shown), "the kept one is the last to go"
    assert sum(len(html) for task in shown for html in task.rounds[0].answers) < 100_000
    assert f"At most {browser.most} different answers" in browser.notes()[0]


def test_tasks_are_left_out_when_there_is_no_room_even_without_answers() -> None:
    browser = Browser(draw_answer, most_bytes=5_000)
    for number in range(50):
        if browser.is_full:
            browser.skip()
        else:
            browser.add(a_task(f"task-{number}"), [many_answers(2)])
    assert browser.most == 0
    assert 0 < len(browser.tasks()) < 50
    assert f"{50 - len(browser.tasks())} tasks are left out" in browser.notes()[1]


def test_the_page_keeps_to_its_size(run: WrittenRun) -> None:
    for task in run.tasks:
        for index in range(8):
            run.answer("round-1", task, index, f"local answer{index} = 1\n" * 300)
    small, large = (len(html_of(run, most).encode()) for most in (20_000, 4_000_000))
    assert small < 20_000 + 60_000 < large


def test_long_code_is_cut_and_counted() -> None:
    browser = Browser(draw_answer)
    code = "\n".join(["x" * (MOST_COLUMNS + 9), *["local a = 1"] * (MOST_LINES + 4)])
    answer = Answer(0, code, "stop", 9, some_facts(), 0.5, None, "", False)
    browser.add(a_task("long"), [TaskRound("round-1", (answer,), "none kept")])
    (html,) = browser.tasks()[0].rounds[0].answers
    assert "… 9 more characters" in html
    assert "5 more lines are not shown" in html


def test_equal_answers_are_shown_once_and_findings_below_their_line() -> None:
    facts = some_facts()
    facts = type(facts)(
        facts.static.__class__(True, facts.static.scores, (finding(2, 1, "of the second"),)), facts.execution, False
    )
    answers = tuple(Answer(i, "local a = 1\nlocal b = 2\nlocal c = 3", "stop", 9, facts, 0.5, None, "", False) for i in range(3))
    browser = Browser(draw_answer)
    browser.add(a_task("same"), [TaskRound("round-1", answers, "none kept")])
    (shown,) = browser.tasks()[0].rounds
    (html,) = shown.answers
    assert shown.hidden == 0
    text = Markup(html).striptags()
    assert "candidates 0, 1, 2" in text
    assert text.index("local b") < text.index("of the second") < text.index("local c")


def test_the_chart_holds_every_interval_within_its_axis() -> None:
    drawn = chart("share", [("base", Figure(0.0, 0.0, 0.0), "measured"), ("sft", Figure(0.1, 0.05, 0.17), "promoted")])
    assert drawn is not None
    assert [tick.words for tick in drawn.ticks] == ["0", "5", "10", "15", "20"]
    base, sft = drawn.points
    assert base.y == base.low == base.high == drawn.ticks[0].y
    assert drawn.ticks[-1].y < sft.high < sft.y < sft.low < base.y
    assert sft.y == pytest.approx((drawn.ticks[0].y + drawn.ticks[-1].y) / 2)
    assert chart("share", []) is None


def test_held_out_tasks_are_counted_by_category(run: WrittenRun) -> None:
    run.measure("base", {HELD_OUT[0]: 1})
    seen = look_at(run.store, run.paths, with_rounds=True)
    rows = seen.page(run.store).categories
    assert [(row.name, row.tasks, row.cells[0].share) for row in rows] == [("even", 6, pytest.approx(1 / 6)), ("odd", 6, 0.0)]
