"""Luau code without a fence, with prose before and after it."""

import re

_LUAU_LINE = re.compile(
    r"""\s*+(?:
      --  |  @\w+\s  |  [)}\]]  |  ["\[{]
    | local\s+(?:function\b|[A-Za-z_]\w*+\s*+(?:[=,:<]|$))
    | const\s+[A-Za-z_]\w*+\s*+[=,:]
    | (?:export\s+)?type\s+(?:function\s+)?[A-Za-z_]\w*+\s*+[=<(]
    | function\s+[A-Za-z_][\w.:]*+\s*+[(<]
    | (?:if|elseif)\b.*\bthen\b | while\b.*\bdo\b | for\b.*\bdo\b | until\s
    | (?:end|else|do|repeat|break|continue|return)\s*+(?:[;,)}\]]|--|$)
    | return\b(?!.*[.:!?]$)
    | [A-Za-z_][\w.:\[\]"']*+\s*+(?:=(?!=)|[-+*/%^.]=|//=|\.\.=|\(|,\s*+[A-Za-z_][\w.]*+\s*+=)
    )""",
    re.VERBOSE,
)


def without_prose(text: str) -> str:
    """`text` from its first to its last line that reads as Luau. All of it where none does."""
    lines = text.split("\n")
    luau = [number for number, line in enumerate(lines) if _LUAU_LINE.match(line.rstrip())]
    return "\n".join(lines[luau[0] : luau[-1] + 1]).strip() if luau else text
