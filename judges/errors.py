"""Root of the judges' errors. The command line shows any error that carries a `hint` without a traceback."""


class JudgeError(Exception):
    """What went wrong in one sentence, and in `hint` the next step."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class JudgeConfigError(JudgeError):
    """The judge cannot be used as it is configured: no key, no package, no price, no such model."""

    exit_code = 2


class JudgePaused(JudgeError):
    """Judging stopped before its end: an outage, a spend limit, a budget, a refused key. Nothing is lost, nothing was scored
    0, and the same command carries on."""

    exit_code = 75


class LedgerError(JudgeError):
    """The ledger's file cannot be used."""
