"""The child process of the self-test: every check that needs MLX, one after another."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from rollouts.child import serve

DISTRUST = "Update mlx and mlx-lm. Until this passes, do not trust what this device samples."
UNTRAINABLE = "Update mlx and mlx-lm. Until this passes, do not train on this device."


def work(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Answer with one `check` message for each check. One that fails does not stop the next."""
    from rft.selftest.check import timed
    from rollouts.policy import load_policy

    model = Path(request["model"])
    policy = load_policy(model)
    for name, fix, check in checks(policy, model):
        send({"kind": "check", **timed(name, fix, check).to_json()})


def checks(policy: Any, model: Path) -> list[tuple[str, str, Callable[[], str]]]:
    """Name, fix and function of each. None changes `policy`: what trains or rounds loads the model anew."""
    from rft.selftest.memory import memory_limits
    from rft.selftest.precision import half_precision
    from rft.selftest.sampling import distribution, prefix_sharing, seeds
    from rft.selftest.training import accumulation, masks, training_step
    from rollouts.policy import load_policy

    anew = partial(load_policy, model)
    return [
        ("memory limits", "Set sampling.max_rows low, and watch the first run's memory.", memory_limits),
        ("prefix sharing", DISTRUST, partial(prefix_sharing, policy)),
        ("seeds", DISTRUST, partial(seeds, policy)),
        ("distribution", DISTRUST, partial(distribution, policy)),
        (
            "half precision",
            "Use a base that is stored in fp32 or quantised.",
            partial(half_precision, anew),
        ),
        ("masks", "This model's chat template is not followed: use another, or mend the template.", partial(masks, policy)),
        ("training step", UNTRAINABLE, partial(training_step, model)),
        ("accumulation", "Set training.accumulation = 1.", partial(accumulation, model)),
    ]


if __name__ == "__main__":
    serve(work)
