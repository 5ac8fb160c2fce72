"""Gives MLX's CPU backend a fast BLAS on Linux, before `mlx.core` is first imported.

The Linux wheel of MLX is linked to the reference BLAS: 5.5 GFLOP/s for a 1024^3 fp32 product on two cores, where an
OpenBLAS reaches 370. Symbols are resolved by the first library in the process that offers them, so an OpenBLAS loaded
with RTLD_GLOBAL answers in place of the reference one.

`cmeel-openblas` carries such a library under the standard `cblas_*` names, but expects the Fortran runtime from the
system, which a bare machine does not have. MLX's own wheel brings that runtime under a file name with a hash in it
(auditwheel's renaming), so the loader would not take it for `libgfortran.so.5`: we load a copy, in memory, that
carries the plain name again.
"""

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

FORTRAN_RUNTIME = "libgfortran.so.5"
SYSTEM_NAMES = ("libopenblas.so.0", "libopenblas.so", "libblis.so.4", "libmkl_rt.so")


@dataclass(frozen=True, slots=True)
class Blas:
    """Which BLAS answers. `path` is None where MLX's own is used, and `reason` says why."""

    name: str
    path: str | None
    reason: str = ""


_loaded: Blas | None = None


def load_blas() -> Blas:
    """Load the fastest BLAS at hand once per process; later calls return what the first one found.

    On anything but Linux MLX brings its own fast path (Accelerate, Metal), and nothing is loaded. `RFT_BLAS=none`
    keeps MLX's own, which is what the benchmark compares against.
    """
    global _loaded
    if _loaded is None:
        _loaded = _load()
    return _loaded


def _load() -> Blas:
    if sys.platform != "linux":
        return Blas("platform", None, "MLX uses the platform's own BLAS here")
    if os.environ.get("RFT_BLAS") == "none":
        return Blas("reference", None, "RFT_BLAS=none")
    if "mlx.core" in sys.modules:
        return Blas("reference", None, "mlx.core was imported before the BLAS could be loaded")
    errors: list[str] = []
    packaged = _find("cmeel.prefix/lib/libopenblas.so")
    if packaged is not None:
        _lend_fortran_runtime(errors)
        if _try_load(str(packaged), errors):
            return Blas("OpenBLAS (cmeel-openblas)", str(packaged))
    for name in SYSTEM_NAMES:
        if _try_load(name, errors):
            return Blas(f"{name} (system)", name)
    return Blas("reference", None, "; ".join(errors))


def _try_load(path: str, errors: list[str]) -> bool:
    try:
        ctypes.CDLL(path, ctypes.RTLD_GLOBAL)
    except OSError as error:
        errors.append(str(error))
        return False
    return True


def _lend_fortran_runtime(errors: list[str]) -> None:
    """Make `libgfortran.so.5` known to the loader from MLX's wheel; do nothing where the system has it or MLX has not."""
    try:
        ctypes.CDLL(FORTRAN_RUNTIME)
    except OSError:
        quadmath, fortran = _find("mlx_cpu.libs/libquadmath-*.so*"), _find("mlx_cpu.libs/libgfortran-*.so.5*")
        if fortran is None:
            return
        if quadmath is not None:
            _try_load(str(quadmath), errors)
        _try_load(_renamed_copy(fortran), errors)


def _renamed_copy(library: Path) -> str:
    """The path of an in-memory copy of `library` whose SONAME is the plain one. The descriptor stays open with it."""
    hashed = library.name.encode() + b"\0"
    plain = FORTRAN_RUNTIME.encode().ljust(len(hashed), b"\0")
    descriptor = os.memfd_create(FORTRAN_RUNTIME)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(library.read_bytes().replace(hashed, plain))
    return f"/proc/self/fd/{descriptor}"


def _find(pattern: str) -> Path | None:
    for folder in sys.path:
        found = next(Path(folder or ".").glob(pattern), None)
        if found is not None:
            return found
    return None
