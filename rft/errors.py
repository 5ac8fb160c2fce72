"""Root of the engine's errors. The command line shows any error that carries a `hint` without a traceback."""


class RftError(Exception):
    """What went wrong in one sentence, and in `hint` the next step."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InputError(RftError):
    """The person's input is wrong: a configuration, a task, a file."""

    exit_code = 2


class TrainingError(RftError):
    """Training did not give an adapter worth keeping."""


class RunPaused(RftError):
    """The run stopped before its end and can be carried on with the same command."""

    exit_code = 75
