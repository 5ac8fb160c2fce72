"""A judge that learns with what it judges soon praises whatever it writes itself, so the judge stays frozen."""

from judges.errors import JudgeConfigError


def refuse_policy_as_judge(weights_hash: str, *, base_hash: str, adapter: str | None) -> None:
    """Raise JudgeConfigError when the judge would be the model under training: the run's base wearing an adapter.

    The base alone is allowed: no round changes it. A model that was fused from an adapter has a hash of its own and is not
    known here.
    """
    if weights_hash == base_hash and adapter is not None:
        raise JudgeConfigError(
            f"the judge would be the model under training: this run's base model with the adapter {adapter}.",
            hint="Judge with the base model alone, without an adapter, or with another model.",
        )
