"""The errors of this library. Each may carry a hint: the next step for the person who sees it."""


class ScorersError(Exception):
    """Root of all errors raised by `scorers`.

    Attributes:
        hint: What the user can do about it, or the empty string.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CompilerUnavailable(ScorersError):
    """The Luau compiler could not be loaded on this machine."""


class WorkerDied(ScorersError):
    """A worker process ended without an answer, for a reason other than the code it was given."""


class WorkerFailed(ScorersError):
    """A worker answered with an error of its own: a bug of this library, not of the scored code."""


class PoolClosed(ScorersError):
    """Work was given to a pool that is closed."""


class SettingsError(ScorersError):
    """The settings of the checks name what does not exist, or cannot be read."""
