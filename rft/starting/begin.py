"""`rft init` from the answers to the written workspace, and what is said about it."""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from rft.starting.choices import Choices
from rft.starting.code.proposal import NOTHING, Proposal
from rft.starting.texts import finish_command
from rft.starting.workspace import TASKS, UNFINISHED, files_of, write
from rollouts.models import expanded

NAMED = 3
"""So many of the functions that were left out for a reason are named."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A written workspace: its files by path, and what the person's code gave."""

    folder: Path
    files: tuple[str, ...]
    proposal: Proposal


def begin(folder: Path, choices: Choices) -> Begun:
    """Propose tasks where code was named, and write the workspace. Raises InputError, with nothing written."""
    proposal = NOTHING
    if choices.code is not None:
        from rft.starting.code.propose import propose

        proposal = propose(choices.code, choices)
    files = files_of(folder.name, _from_anywhere(choices), proposal.ready, proposal.unfinished)
    write(folder, files)
    return Begun(folder, tuple(files), proposal)


def _from_anywhere(choices: Choices) -> Choices:
    """The model's folder as seen from the workspace."""
    place = expanded(choices.model)
    return replace(choices, model=str(place.resolve())) if not choices.is_trial and place.is_dir() else choices


def lines_of(name: str, begun: Begun) -> list[str]:
    """What was made, and the next command."""
    lines = [f"Made {begun.folder}:"]
    lines += [f"  {file}" for file in begun.files if "/" not in file]
    for folder in dict.fromkeys(file.partition("/")[0] for file in begun.files if "/" in file):
        inside = [file for file in begun.files if file.startswith(f"{folder}/")]
        lines.append(f"  {inside[0]}" if len(inside) == 1 else f"  {folder}/ ({len(inside)} tasks)")
    if begun.proposal != NOTHING:
        lines += ["", *_found(begun.proposal)]
    return [
        *lines,
        "",
        "Next:",
        f"  cd {shlex.quote(name)} && rft tasks check tasks held-out",
        "README.md there says what follows.",
    ]


def _found(proposal: Proposal) -> list[str]:
    lines = [
        f"From {proposal.files} Luau file(s) with {proposal.functions} function(s): {len(proposal.ready)} proved task(s) in "
        f"{TASKS}/, {len(proposal.unfinished)} to finish in {UNFINISHED}/."
    ]
    for reason, names in sorted(proposal.left_out.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
        lines.append(f"  left out, {reason}: {len(names)} ({', '.join(names[:NAMED])}{more})")
    if proposal.unfinished:
        lines.append(f"When one is finished: {finish_command(min(proposal.unfinished))}")
    return lines
