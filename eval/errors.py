"""The root of every error this package raises."""


class EvalError(Exception):
    """Held-out evaluation cannot go on. `hint` names the next step for the person at the terminal."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
