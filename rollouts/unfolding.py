"""The text of a reply on its way, handed out as soon as no later token can change it. Pure."""

from collections.abc import Callable, Sequence

from rollouts.stopping import HALF_CHARACTER


class Unfolding:
    """Turns a growing list of tokens into pieces of text.

    Only the last tokens are decoded each time, with those before them: in some tokenizers a token's text depends on the one
    before. Half a character waits for its other half, and the beginning of what may become a stop string for the rest of it.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str], stop: Sequence[str]) -> None:
        self._decode = decode
        self._held = max((len(string) for string in stop), default=1) - 1
        self._before = self._known = 0
        """Tokens in front of the window, and tokens whose text is known; the window begins with known ones."""
        self._waiting = ""
        self._told = ""

    def add(self, tokens: Sequence[int]) -> str:
        """The piece that is sure now that the reply has these tokens, often empty."""
        window = tokens[self._before :]
        text = self._decode(window)
        if text.endswith(HALF_CHARACTER):
            return ""
        known = self._known - self._before
        self._waiting += text[len(self._decode(window[:known])) if known else 0 :]
        self._before, self._known = self._known, len(tokens)
        return self._tell(self._waiting[: max(0, len(self._waiting) - self._held)])

    def _tell(self, piece: str) -> str:
        self._waiting = self._waiting[len(piece) :]
        self._told += piece
        return piece

    def rest(self, whole: str) -> str:
        """What the pieces lack of the whole text; empty where they went another way."""
        return whole[len(self._told) :] if whole.startswith(self._told) else ""
