"""Text that a model wrote, made safe to show."""

import re

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def visible(text: str) -> str:
    """The text with every character replaced that would drive a terminal, turn the direction of writing, or stand in no file:
    control characters but tab and newline, the marks of direction, lone surrogates."""
    return _UNSEEN.sub("\ufffd", text.replace("\r\n", "\n"))
