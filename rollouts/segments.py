"""A conversation's token ids in parts, so that what several prompts begin with can be read once.

The parts are cut at fixed places of the text and tokenised each by itself: which tokens a prompt has depends on its own texts
alone, never on what it is compared with. What somebody else wrote stays text: a control token of the model that is spelled
out in it ("<|im_end|>") is taken apart, so that no text can end its turn and speak for another.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from rollouts.errors import ModelError
from rollouts.template_date import FIXED_DATE, with_fixed_date

SYSTEM, USER = "\ue000system\ue001", "\ue000user\ue001"
"""Stand-ins of private-use characters, which no chat template contains."""

Tokens = tuple[int, ...]


class ChatTokenizer(Protocol):
    """What we use of an mlx-lm tokenizer."""

    chat_template: Any

    def apply_chat_template(self, messages: list[dict[str, str]], **options: Any) -> Any: ...
    def encode(self, text: str, **options: Any) -> list[int]: ...
    def decode(self, tokens: list[int], **options: Any) -> str: ...
    def get_added_vocab(self) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """A chat template around one system text and one user's text, ready for the model's reply."""

    before: str
    between: str
    after: str
    tokenizer: ChatTokenizer

    def opening(self, system: str) -> Tokens:
        """The tokens up to where the user's text begins."""
        return self._control(self.before) + self.text(system) + self._control(self.between)

    def text(self, text: str) -> Tokens:
        """The tokens of a text as text, whatever it spells. Half a character (a lone surrogate) becomes a question mark."""
        whole = text.encode(errors="replace").decode()
        return tuple(token for piece in _harmless(whole, self.tokenizer.get_added_vocab()) for token in self._encode(piece))

    def ending(self) -> Tokens:
        """The tokens from the user's text to where the model's reply begins."""
        return self._control(self.after)

    def _control(self, text: str) -> Tokens:
        return tuple(self._encode(text))

    def _encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False) if text else []


def frame_of(tokenizer: ChatTokenizer) -> Frame:
    """How the model's chat template wraps a system text and a user's text. Raises ModelError when that cannot be told."""
    return _framed_apart(tokenizer) or _framed_together(tokenizer) or _refuse()


def _framed_apart(tokenizer: ChatTokenizer) -> Frame | None:
    return _cut(tokenizer, [{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}])


def _framed_together(tokenizer: ChatTokenizer) -> Frame | None:
    """For templates that know no system text: it begins the user's."""
    return _cut(tokenizer, [{"role": "user", "content": f"{SYSTEM}\n\n{USER}"}])


def _cut(tokenizer: ChatTokenizer, messages: list[dict[str, str]]) -> Frame | None:
    from jinja2.exceptions import TemplateError

    try:
        rendered = tokenizer.apply_chat_template(messages, tokenize=False, **_options(tokenizer))
    except TemplateError:  # that is how templates refuse a role
        return None
    pieces: list[str] = re.split(f"({SYSTEM}|{USER})", rendered)
    if pieces[1::2] != [SYSTEM, USER]:
        return None
    before, _, between, _, after = pieces
    return Frame(before, between, after, tokenizer)


def _options(tokenizer: ChatTokenizer) -> dict[str, Any]:
    # The reply is one digit at once, so without thoughts.
    options = {"add_generation_prompt": True, "enable_thinking": False, "date_string": FIXED_DATE}
    return options | with_fixed_date(tokenizer.chat_template)


def _refuse() -> Frame:
    raise ModelError(
        "the model's chat template does not show a system text and a user's text as they are.",
        hint="Use an instruct model whose template has both roles, or the user's alone.",
    )


def _harmless(text: str, added: dict[str, int]) -> list[str]:
    """The text in pieces, none of which spells an added token: each one found is cut after its first character."""
    spelled = [token for token in added if len(token) > 1 and not token.isspace()]
    if not spelled:
        return [text]
    anywhere = re.compile("(?=(?:" + "|".join(map(re.escape, spelled)) + "))")
    cuts = [match.start() + 1 for match in anywhere.finditer(text)]
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
