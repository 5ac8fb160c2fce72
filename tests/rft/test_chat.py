"""`rft chat`: turns, commands, a pipe, and a model's process that dies."""

import errno
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rft.cli import cli
from rft.generating.chatting import chat
from rft.generating.conversation import Conversation, NotSaved
from rft.generating.policy import Chosen, choose
from rollouts.errors import ChildDied
from rollouts.talking import Talker

FAKE = "tests.fakes.talking_worker"
FAILS, DIES = '{"fails": true}', '{"pieces": ["par", "tial"], "kills": 1}'
Said = tuple[list[str], list[str]]
"""Lines of standard output and of standard error."""
Person = Callable[..., Said]

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture(autouse=True)
def talkers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Talker]:
    """Every talker that is opened, with the child that says what it is told to."""
    made: list[Talker] = []

    def opened(*arguments: object, **options: object) -> Talker:
        made.append(partial(Talker, module=FAKE)(*arguments, **options))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rft.generating.chatting.Talker", opened)
    return made


@pytest.fixture
def chosen(tmp_path: Path) -> Chosen:
    (tmp_path / "rft.toml").write_text('system_prompt = "Be brief."')
    return choose("tiny-random", None, tmp_path)


@pytest.fixture
def person(chosen: Chosen, capsys: pytest.CaptureFixture[str]) -> Person:
    """A person at a terminal who types lines; a function among them is done between two lines."""

    def types(*lines: str | Callable[[], None]) -> Said:
        waiting: Iterator[str | Callable[[], None]] = iter(lines)

        def read() -> str:
            for line in waiting:
                if isinstance(line, str):
                    return line
                line()
            raise EOFError

        chat(chosen, read)
        shown = capsys.readouterr()
        return shown.out.splitlines(), shown.err.splitlines()

    return types


def pipe(text: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["chat", *(arguments or ("--model", "tiny-random"))], input=text)


def test_the_history_grows_and_reset_forgets_it(person: Person) -> None:
    out, err = person("one", "  ", "two", "/reset", "three")
    assert out == ["2 messages", "4 messages", "2 messages"]
    assert err == ["tiny-random. /reset begins anew, /save FILE keeps the conversation, /exit ends."]


def test_a_pipe_gets_answers_only() -> None:
    result = pipe("one\n\ntwo\n")
    assert (result.stdout, result.stderr, result.exit_code) == ("1 messages\n3 messages\n", "", 0)
    assert pipe("one\n/exit\ntwo\n").stdout == "1 messages\n"
    assert pipe("").stdout == ""


def test_an_error_ends_a_pipe() -> None:
    result = pipe(f"one\n{FAILS}\ntwo\n")
    assert result.stdout == "1 messages\n"
    assert str(result.exception) == "refused."
    died = pipe(f"one\n{DIES}\ntwo\n")
    assert died.stdout == "1 messages\n"
    assert isinstance(died.exception, ChildDied)


def test_a_child_that_is_killed_between_turns_costs_nothing(person: Person, talkers: list[Talker]) -> None:
    pids: list[int | None] = []

    def kill() -> None:
        pids.append(talkers[0].pid)
        assert pids[-1] is not None
        os.kill(pids[-1], signal.SIGKILL)

    out, err = person("one", "two", kill, "three", lambda: pids.append(talkers[0].pid))
    assert out == ["2 messages", "4 messages", "6 messages"]
    assert len(err) == 2
    assert "was killed by signal 9" in err[1]
    assert "Starting it again" in err[1]
    assert pids[0] != pids[1]
    assert pids[1] is not None


def test_a_death_in_an_answer_is_told_and_the_conversation_goes_on(person: Person) -> None:
    out, err = person("one", DIES, "two", FAILS, "three")
    assert out == ["2 messages", "par4 messages", "6 messages"]
    words = "\n".join(err)
    assert "killed by signal 9" in words
    assert "that turn has no answer: say it again" in words
    assert "Error: refused.\nAsk something else. The conversation is kept" in words


def test_a_conversation_is_saved_as_a_row(person: Person, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    saved = tmp_path / "talk.jsonl"
    _, err = person(
        "/save talk.jsonl", "one", "/save talk.jsonl", "two", "/save talk.jsonl", "/save taken", "/save no/x", "/save"
    )
    row = json.loads(saved.read_text())
    assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant", "user", "assistant"]
    assert [message["content"] for message in row["messages"]] == ["Be brief.", "one", "2 messages", "two", "4 messages"]
    words = "\n".join(err)
    assert "there is nothing to save yet" in words
    assert "Saved 1 exchange to talk.jsonl." in words
    assert "Saved 2 exchanges to talk.jsonl." in words
    assert "taken is there already" in words
    assert "no/x cannot be written" in words
    assert "there is no command '/save'" in words
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_saved_conversation_of_another_chat_is_not_overwritten(tmp_path: Path) -> None:
    for number in range(2):
        conversation = Conversation(None)
        conversation.answered("one", "yes")
        if number:
            with pytest.raises(NotSaved):
                conversation.save(tmp_path / "talk.jsonl")
        else:
            conversation.save(tmp_path / "talk.jsonl")


def test_an_unknown_command_is_no_turn(person: Person) -> None:
    out, err = person("/rest", "/reset now", "one")
    assert out == ["2 messages"]
    assert "there is no command '/rest'" in "\n".join(err)
    assert "there is no command '/reset now'" in "\n".join(err)
    assert "no command" in str(pipe("/help\n").exception)


def test_ctrl_c_ends_an_answer_and_not_the_chat(person: Person, talkers: list[Talker], monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(text: str) -> str:
        if text == "begun":
            os.kill(os.getpid(), signal.SIGINT)
        return text

    monkeypatch.setattr("rft.generating.chatting.visible", shown)
    pids: list[int | None] = []
    before = signal.getsignal(signal.SIGINT)

    def note() -> None:
        pids.append(talkers[0].pid)

    out, _ = person("one", note, '{"pieces": ["begun"], "waits": true}', "two", note)
    assert out == ["2 messages", "begun", "6 messages"]
    assert pids[0] == pids[1]
    assert signal.getsignal(signal.SIGINT) == before


def test_the_same_question_has_another_answer_after_a_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rft.generating.chatting.Talker", Talker)
    Path("rft.toml").write_text("[sampling]\nmax_new_tokens = 8\n")
    first = pipe("one\n/reset\none\n")
    assert first.exception is None, first.exception
    assert first.stdout == pipe("one\n/reset\none\n").stdout
    half = len(first.stdout) // 2
    assert first.stdout[:half] != first.stdout[half:]
    assert "raise sampling.max_new_tokens" in first.stderr


def test_whom_to_ask_is_found_out_first() -> None:
    assert "there is no adapters/latest" in str(CliRunner().invoke(cli, ["chat"], input="one\n").exception)
    assert "there is no model folder" in str(pipe("one\n", "--model", "none").exception)


def test_a_python_without_readline_reads_lines_too(
    chosen: Chosen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = iter(["one", "/exit"])
    monkeypatch.setitem(sys.modules, "readline", None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _prompt: next(lines))
    chat(chosen)
    assert capsys.readouterr().out == "2 messages\n"


def test_a_save_that_met_a_full_disk_can_be_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(path: Path, _mode: str, **_options: str) -> Full:
        path.touch(exist_ok=False)
        return Full()

    conversation, file = Conversation(None), tmp_path / "talk.jsonl"
    conversation.answered("one", "two")
    with monkeypatch.context() as changed:
        changed.setattr(Path, "open", opened)
        with pytest.raises(NotSaved, match="No space left"):
            conversation.save(file)
    conversation.save(file)
    assert [message["content"] for message in json.loads(file.read_text())["messages"]] == ["one", "two"]
