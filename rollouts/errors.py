"""What can go wrong between asking for candidates and having them."""


class RolloutError(Exception):
    """Root of this package's errors. `hint` is the next step for the person at the keyboard."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ModelError(RolloutError):
    """A model folder is absent, incomplete or of a kind that cannot be loaded."""

    exit_code = 2


class ChildDied(RolloutError):
    """A child process ended before it finished its work."""
