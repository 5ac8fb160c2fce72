"""Which BLAS answers, each time in a fresh process: the choice is made once for a process's life."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere MLX brings its own BLAS and nothing is loaded")

PRODUCT = """
import numpy as np
import mlx.core as mx
a = np.random.default_rng(0).normal(size=(257, 130)).astype(np.float32)
product = np.array(mx.array(a) @ mx.array(a.T))
assert np.allclose(product, a.astype(np.float64) @ a.T.astype(np.float64), atol=1e-3)
"""


def output_of(program: str, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name != "RFT_BLAS"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**inherited, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_loading_twice_gives_the_first_answer() -> None:
    program = "from rollouts.blas import load_blas; first = load_blas(); print(load_blas() is first)"
    assert output_of(program) == "True"


def test_products_are_right_after_the_load() -> None:
    program = f"from rollouts.blas import load_blas\nblas = load_blas()\n{PRODUCT}\nprint(blas.name)"
    assert output_of(program) == "OpenBLAS (cmeel-openblas)"


def test_the_loaded_library_answers() -> None:
    """MLX's `cblas_sgemm` is found in the library that was loaded, not in the reference BLAS it is linked to."""
    program = (
        "import ctypes; from rollouts.device import BLAS\n"
        "class Info(ctypes.Structure): _fields_ = [(n, ctypes.c_void_p) for n in ('file', 'base', 'name', 'address')]\n"
        "info = Info(); process = ctypes.CDLL(None)\n"
        "assert process.dladdr(ctypes.cast(process.cblas_sgemm, ctypes.c_void_p), ctypes.byref(info))\n"
        "print(ctypes.string_at(info.file).decode() == BLAS.path)"
    )
    assert output_of(program) == "True"


def test_none_keeps_the_reference() -> None:
    program = f"from rollouts.device import BLAS\n{PRODUCT}\nprint(BLAS.name, BLAS.path, BLAS.reason)"
    assert output_of(program, RFT_BLAS="none") == "reference None RFT_BLAS=none"


def test_too_late_is_said() -> None:
    program = "import mlx.core; from rollouts.blas import load_blas; blas = load_blas(); print(blas.name, blas.reason)"
    assert output_of(program) == "reference mlx.core was imported before the BLAS could be loaded"
