"""Words of the language as they come out of hurried fingers or other languages."""

_STARTS = {word: word for word in ("local", "function", "if", "for", "while", "repeat", "return", "break")}
_ENDS = {word: word for word in ("end", "else", "elseif", "until")}
_FOREIGN = {
    **dict.fromkeys(("def", "fn", "func", "fun", "void"), "function"),
    **dict.fromkeys(("elif", "elsif", "elsif"), "elseif"),
    "unless": "if",
    "foreach": "for",
}
_ALONE = frozenset(("end", "else", "repeat", "break"))
"""Words after which a line ends."""


def meant(text: str, in_block: bool, is_last: bool) -> str | None:
    """The keyword that a name at the begin of a statement stands for; `is_last`: nothing follows it on its line."""
    lower = text.lower()
    words = _STARTS | _ENDS if in_block else _STARTS
    word = _FOREIGN.get(text) or words.get(lower)
    if word is None and len(text) > 2:
        word = next((word for word in words if is_one_slip(lower, word)), None)
    if word is None or (word in _ENDS and not in_block) or (word in _ALONE) != is_last:
        return None
    return word


def is_one_slip(text: str, word: str) -> bool:
    """Whether one letter is wrong, missing, too many, or swapped with its neighbour."""
    if text == word or abs(len(text) - len(word)) > 1:
        return text == word
    same = 0
    while same < min(len(text), len(word)) and text[same] == word[same]:
        same += 1
    rest, other = text[same:], word[same:]
    swapped = rest[1:2] + rest[0:1] + rest[2:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or swapped == other
