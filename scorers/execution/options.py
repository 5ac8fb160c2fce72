"""How a batch of scripts is scored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoringOptions:
    """What a worker needs to know to score. Plain values, for they travel as JSON.

    Attributes:
        compiler: Ask the compiler in pluau.
        tools: Ask `luau-compile`, and `luau-lsp` or `luau-analyze`, where they are on PATH. Off unless asked for: a score
            must not depend on what a machine has. Type errors are reported and cost nothing.
        definitions: Path of a file of declarations for `luau-lsp`.
        config: Path of a `scorers.toml`.
        allow_comments: Whether comments may silence checks; None leaves that to `config`.
    """

    compiler: bool = True
    tools: bool = False
    definitions: str | None = None
    config: str | None = None
    allow_comments: bool | None = None
