"""A conversation: turns that alternate, and the file that keeps them. Pure but for the file."""

import json
from pathlib import Path

from rft.errors import RftError
from rollouts.prompt import Message


class NotSaved(RftError):
    """A conversation cannot be saved there."""


class Conversation:
    """The system prompt, and the turns that were answered."""

    def __init__(self, system: str | None) -> None:
        self._system: list[Message] = [{"role": "system", "content": system}] if system else []
        self._turns: list[Message] = []
        self._saved: set[Path] = set()

    def asked(self, text: str) -> list[Message]:
        """All messages, with `text` as the last turn; it is part of the conversation once it is `answered`."""
        return [*self._system, *self._turns, {"role": "user", "content": text}]

    def answered(self, text: str, reply: str) -> None:
        """Keep a turn and its reply."""
        self._turns += [{"role": "user", "content": text}, {"role": "assistant", "content": reply}]

    def reset(self) -> None:
        """Forget all turns."""
        self._turns = []

    @property
    def exchanges(self) -> int:
        """Turns that were answered."""
        return len(self._turns) // 2

    def save(self, file: Path) -> None:
        """Write it as one row of mlx-lm's chat format, which is also a demonstration's. Raises NotSaved."""
        if not self._turns:
            raise NotSaved("there is nothing to save yet.", hint="Say something first.")
        row = json.dumps({"messages": [*self._system, *self._turns]}) + "\n"
        try:
            with file.open("w" if file in self._saved else "x", encoding="utf-8") as stream:
                self._saved.add(file)  # it is ours, also when the disk is full
                stream.write(row)
        except FileExistsError as error:
            raise NotSaved(f"{file} is there already.", hint="Save to another file.") from error
        except OSError as error:
            raise NotSaved(f"{file} cannot be written: {error.strerror}.", hint="Save to another place.") from error
