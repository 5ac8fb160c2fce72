"""What `rft chat` does: reads turns, shows replies as they are made, and outlives the process that makes them."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress

import click

from rft.errors import RftError
from rft.generating.conversation import Conversation
from rft.generating.policy import Chosen, log_file
from rft.plain import visible
from rollouts.errors import RolloutError
from rollouts.models import expanded
from rollouts.talking import Spoken, Talker

COMMANDS = "/reset begins anew, /save FILE keeps the conversation, /exit ends."
PROMPT = "> "


def chat(chosen: Chosen, read: Callable[[], str] | None = None) -> None:
    """Talk until /exit or the end of input. In a pipe lines are turns, and an error is the end: what follows would build on it.

    Raises ModelError, CheckpointError, and in a pipe what the child says.
    """
    is_person = read is not None or sys.stdin.isatty()
    with Talker(chosen.source(), log_file("chat"), on_event=_tell) as talker:
        talk = Chat(chosen, talker, is_person=is_person)
        if is_person:
            _tell(f"{chosen.name}. {COMMANDS}")
        for line in _typed(read) if is_person else (line.rstrip("\n") for line in sys.stdin):
            if line.strip() and not talk.take(line):
                return


def _typed(read: Callable[[], str] | None) -> Iterator[str]:
    if read is None:
        with suppress(ImportError):
            import readline  # noqa: F401  # gives `input` a history and editing keys
    with suppress(EOFError):
        while True:
            yield read() if read is not None else input(PROMPT)


class Chat:
    """One conversation with a talker. `is_person`: errors are told and the talk goes on."""

    def __init__(self, chosen: Chosen, talker: Talker, *, is_person: bool) -> None:
        self._chosen, self._talker, self._is_person = chosen, talker, is_person
        self._conversation = Conversation(chosen.system)
        self._count = 0

    def take(self, line: str) -> bool:
        """Do what a line says; False when it ends the chat."""
        if line.strip() == "/exit":
            return False
        try:
            if line.startswith("/"):
                self._command(*line.split(maxsplit=1))
            else:
                self._turn(line)
        except (RolloutError, RftError) as error:
            if not self._is_person:
                raise
            _tell(f"Error: {error}\n{error.hint}".rstrip())
        return True

    def _command(self, name: str, rest: str = "") -> None:
        if name == "/reset" and not rest:
            self._conversation.reset()
        elif name == "/save" and rest:
            self._conversation.save(expanded(rest.strip()))
            exchanges = self._conversation.exchanges
            _tell(f"Saved {exchanges} {'exchange' if exchanges == 1 else 'exchanges'} to {rest.strip()}.")
        else:
            raise UnknownCommand(f"there is no command {name if rest == '' else f'{name} {rest}'!r}.", hint=COMMANDS)

    def _turn(self, text: str) -> None:
        """Ask, show, and keep the exchange. A turn to which nothing was said is not kept."""
        messages = self._conversation.asked(text)
        self._count += 1
        try:
            spoken = self._spoken(messages)
        except RolloutError as error:
            error.hint = f"{error.hint} The conversation is kept up to here; that turn has no answer: say it again.".strip()
            raise
        if spoken.text:
            self._conversation.answered(text, spoken.text)
        if spoken.finish_reason == "length":
            _tell(f"Cut off after {spoken.tokens} tokens: raise sampling.max_new_tokens in rft.toml for more.")
        elif spoken.finish_reason == "repetition":
            _tell("It only repeated itself and was ended.")

    def _spoken(self, messages: list[dict[str, str]]) -> Spoken:
        """The reply. Its draws know how many were asked before: after /reset the same question has another answer."""
        streams = sys.stdout.isatty() or self._is_person
        spoken: Spoken | None = None
        with _ctrl_c_stops(self._talker) if self._is_person else nullcontext():
            replies = self._talker.reply(messages, self._chosen.parameters, seed=self._chosen.seed, round_index=self._count)
            for arrived in replies:  # to its end: a reply that is left before it ends the child
                if isinstance(arrived, Spoken):
                    spoken = arrived
                elif streams:
                    click.echo(visible(arrived), nl=False)
                    sys.stdout.flush()
        assert spoken is not None, "a reply that ends has an end"
        click.echo("" if streams else spoken.text)
        return spoken


class UnknownCommand(RftError):
    """A line begins with a slash and is no command."""

    exit_code = 2


@contextmanager
def _ctrl_c_stops(talker: Talker) -> Iterator[None]:
    """Inside, the first Ctrl-C ends the reply and the second one the program."""
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        talker.stop()

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(text: str) -> None:
    click.echo(text, err=True)
