"""Keys are never shown: not their text, not a part of it, not their length."""

import re
from collections.abc import Iterable, Mapping

HIDDEN = "[hidden]"
SECRET_WORDS = frozenset({
    "KEY", "KEYS", "APIKEY", "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASS", "AUTH", "CREDENTIAL",
    "CREDENTIALS",
})  # fmt: skip
"""A variable with one of these words in its name holds a secret."""
SHORTEST = 8
"""No key is shorter, and hiding each `1` or `true` would leave nothing to read."""

_SHAPES = re.compile(
    r"\b(?:sk|pk|rk)-[\w-]{6,}|\b(?:hf|ghp|gho|ghs|github_pat|xox[abp])_?[-_]?[A-Za-z0-9][\w-]{15,}|(?<=://)[^/\s@]+@"
)
"""Keys of providers, of the Hub, of forges; user and password in an address."""

_USERS = re.compile(r"(?<=://)[^/\s@]+(?=@)")


def is_secret(variable: str) -> bool:
    """Whether a variable of this name is taken for a secret's."""
    return not SECRET_WORDS.isdisjoint(variable.upper().split("_"))


def looks_random(text: str) -> bool:
    """Whether a text is so long and so mixed that only a machine can have made it. Paths and words are not."""
    if len(text) < 20 or not re.fullmatch(r"[\w+/=.~-]+", text) or text.startswith(("/", ".", "~")):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return kinds == 3 or bool(re.fullmatch(r"(?=.*\d)[0-9a-fA-F]{32,}", text))


class Scrubber:
    """Takes keys out of texts: the values of an environment that are secrets, and whatever has the shape of a key.

    Args:
        environment: Its variables with a secret's name, its values that look random, users and passwords in its addresses.
        others: More secrets, from files.
    """

    def __init__(self, environment: Mapping[str, str], others: Iterable[str] = ()) -> None:
        named = {value for name, value in environment.items() if is_secret(name) or looks_random(value.strip())}
        in_addresses = {user for value in environment.values() for user in _USERS.findall(value)}
        known = {*named, *others, *in_addresses, *(part for user in in_addresses for part in user.split(":"))}
        parts = {part for value in known for part in (value, value.strip(), *value.split())}
        self._secrets = sorted((part for part in parts if len(part) >= SHORTEST), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text with every key replaced."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _SHAPES.sub(HIDDEN, text)
