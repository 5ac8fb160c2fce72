"""What to do about a syntax problem for which the parser knows nothing better."""

_BY_BEGINNING = (
    ("expected an expression", "write the value that is missing here, or remove what asks for it"),
    ("expected a type", "write the type that is missing here, or remove what asks for it"),
    ("expected a name", "write the name that is missing here, or remove what asks for it"),
    ("expected the name", "write the name here"),
    ("expected a statement", "remove it, or complete it to a call or an assignment"),
    ("expected a property", "write `name: Type`, with a comma between two of them"),
    ("expected a function after the attribute", "an attribute stands before a function"),
    ("an attribute takes literals", "write strings, numbers, booleans, or a table of them"),
    ("the attribute", "remove the arguments"),
    ("`@deprecated` takes", 'write `@[deprecated { use = "...", reason = "..." }]`'),
    ("expected a default type", "give this parameter a default too, or put it first"),
    ("the target of an assignment", "assign to a variable or a field"),
    ("a table type has one indexer", "join the two into one, or name the keys"),
    ("malformed number", "write it as 10, 0.5, 1e3, 0xFF, 0b11 or 1_000"),
)


def general_hint(message: str) -> str:
    """A hint for a problem by how its message begins."""
    for beginning, hint in _BY_BEGINNING:
        if message.startswith(beginning):
            return hint
    if message.startswith("expected `"):
        return f"write `{message[len('expected `') :].partition('`')[0]}` here"
    return "look at what stands before this place: something is missing or too much there"
