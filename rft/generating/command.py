"""What `rft generate` does: draws, scores, shows and writes."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from eval.question import question
from rft.errors import InputError
from rft.generating.answers import ONE_FILE, Answer, Drawn, best_first, read_answer
from rft.generating.drawing import draw_one, draw_several
from rft.generating.policy import Chosen
from rft.generating.scoring import scored
from rft.generating.show import code_lines, heading, score_line
from rft.generating.writing import NotWritten, write_files
from rft.plain import visible
from rft.view import progress_bar
from rollouts.prompt import messages_for
from rollouts.source import Progress


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `out`: a file, or where `into_folder` a folder for all files of the answer; None shows the code."""

    prompt: str
    n: int
    score: bool
    out: Path | None
    force: bool
    seed: int
    as_json: bool
    into_folder: bool

    @property
    def streams(self) -> bool:
        """Whether the text is shown as it is made: to a person who waits for one reply."""
        return self.n == 1 and not self.as_json and sys.stdout.isatty()


def means_folder(place: str) -> bool:
    """Whether a person who types this means a folder: one that is there, a name with a slash at its end, or without an ending."""
    return place.endswith("/") or Path(place).is_dir() or not Path(place).suffix


def generate(order: Order, chosen: Chosen) -> None:
    """Draw and show. Raises InputError, NotWritten after the code was shown, or what the model's child says."""
    if not order.prompt.strip():
        raise InputError("the prompt is empty.", hint='Say what is wished: rft generate "Write a function ...".')
    _refuse_out(order)
    asked = question(order.prompt, "files") if order.into_folder else order.prompt
    messages = messages_for(asked, chosen.system)
    answers = [read_answer(reply) for reply in _replies(order, chosen, messages)]
    if order.score:
        answers = best_first(scored(answers))
    _show(order, chosen, answers)
    for answer in answers:
        if answer.truncated:
            _tell(_why_cut(answer))
    if order.out is not None:
        _write(order, answers[0])


def _refuse_out(order: Order) -> None:
    """What can be known before a minute of sampling."""
    if order.out is None:
        return
    if order.into_folder:
        if order.out.exists() and not order.out.is_dir():
            raise InputError(f"{order.out} is a file, and the slash asks for a folder.", hint="Give -o another place.")
        return
    if not order.out.parent.is_dir():
        raise InputError(
            f"there is no folder {order.out.parent} for {order.out.name}.", hint="Make it, or give -o another place."
        )
    if order.out.exists() and not order.force:
        raise InputError(f"{order.out} is there already.", hint="Give -o another place, or --force to write over it.")


def _replies(order: Order, chosen: Chosen, messages: Sequence[dict[str, str]]) -> list[Drawn]:
    if order.n == 1:
        return [draw_one(chosen, messages, order.seed, _stream if order.streams else lambda _text: None)]
    console = Console(stderr=True)
    replies: list[Drawn] = []
    with progress_bar(console) as bar:
        task, tokens = bar.add_task("candidates", total=order.n, rate=""), 0
        for arrived in draw_several(chosen, messages, order.n, order.seed, _tell):
            if isinstance(arrived, Progress):
                tokens += arrived.tokens
                bar.update(task, rate=f"{tokens / max(1e-6, bar.tasks[0].elapsed or 0):.0f} tokens/s")
            else:
                replies.append(arrived)
                bar.update(task, completed=len(replies))
    return sorted(replies, key=lambda reply: reply.index)


def _stream(text: str) -> None:
    click.echo(visible(text), nl=False)
    sys.stdout.flush()


def _show(order: Order, chosen: Chosen, answers: Sequence[Answer]) -> None:
    """On standard output the answers, unless they were streamed or go into a file; what is said about them beside it."""
    if order.as_json:
        about = {"model": chosen.model, "adapter": str(chosen.adapter) if chosen.adapter else None, "seed": order.seed}
        for answer in answers:
            click.echo(json.dumps({**about, **answer.to_json()}))
    elif order.streams:
        click.echo()
    elif order.out is None:
        _echo_code(answers)
    if order.score and not order.as_json:
        if order.n == 1:
            _tell(score_line(answers[0]))
        elif order.out is not None:
            for answer in answers:
                _tell(heading(answer))


def _echo_code(answers: Sequence[Answer]) -> None:
    for line in code_lines(answers):
        click.echo(visible(line) if sys.stdout.isatty() else line)


def _why_cut(answer: Answer) -> str:
    which = f"Candidate {answer.reply.index}"
    if answer.reply.finish_reason == "length":
        return f"{which} was cut off after {answer.reply.tokens} tokens: raise sampling.max_new_tokens in rft.toml."
    if answer.reply.finish_reason == "repetition":
        return f"{which} only repeated itself and was ended. Another --seed may do better."
    return f"{which} is not finished: a fence or its reasoning has no end."


def _write(order: Order, best: Answer) -> None:
    """Write the answer. Where that fails it is shown: it took time to make."""
    assert order.out is not None
    try:
        for path in write_files(*_destination(order.out, order.into_folder, best), force=order.force):
            _tell(f"Wrote {path}.")
    except NotWritten:
        if not order.as_json and not order.streams:
            _echo_code([best])
        raise


def _destination(out: Path, into_folder: bool, best: Answer) -> tuple[Path, dict[str, str]]:
    if into_folder:
        return out, dict(best.files or {ONE_FILE: best.code})
    if len(best.files) > 1:
        raise NotWritten(
            f"the answer has {len(best.files)} files ({', '.join(best.files)}), and {out} is one.",
            hint=f"Give -o a folder, {out.with_suffix('')} say.",
        )
    return out.parent, {out.name: next(iter(best.sources.values()))}


def _tell(text: str) -> None:
    click.echo(text, err=True)
