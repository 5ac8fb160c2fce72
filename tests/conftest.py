"""What all tests share: the BLAS before MLX, no network, and a tiny random model made once."""

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from rollouts.blas import load_blas

if TYPE_CHECKING:
    from rollouts.policy import Policy

load_blas()
os.environ["HF_HUB_OFFLINE"] = "1"
# A shell's background job ignores Ctrl-C, and so would all processes that tests press it in.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# A slow machine is no failure.
settings.register_profile("rft", deadline=None)
settings.load_profile("rft")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a two-layer random model over single bytes."""
    from rollouts.tiny import make_tiny_model

    folder = tmp_path_factory.mktemp("models") / "tiny-random"
    make_tiny_model(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_policy(tiny_model: Path) -> "Policy":
    """The tiny model, loaded. Tests must not change it."""
    from rollouts.policy import load_policy

    return load_policy(tiny_model)
