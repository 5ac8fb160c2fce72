"""What can be wrong with an adapter on disk."""


class CheckpointError(Exception):
    """Root of this package's errors. `hint` is the next step for the person at the keyboard."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
