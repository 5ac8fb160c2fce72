"""Figures of the panel as people read them. Pure."""

BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"))


def clock(seconds: float) -> str:
    """Minutes and seconds, and hours where there are some.

    >>> clock(7.9), clock(3723)
    ('0:07', '1:02:03')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(count: int) -> str:
    """Bytes in the unit that suits them.

    >>> size(2_140_000_000), size(51_000_000_000), size(3_000)
    ('2.1 GB', '51 GB', '0 MB')
    """
    divisor, unit = next((each for each in BYTES if count >= each[0]), BYTES[-1])
    digits = 1 if unit != "MB" and count / divisor < 10 else 0
    return f"{count / divisor:.{digits}f} {unit}"


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor.

    >>> printable("a\\x1b[2Jb")
    'a?[2Jb'
    """
    return "".join(each if each.isprintable() else "?" for each in text)
