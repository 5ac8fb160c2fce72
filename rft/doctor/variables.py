"""Variables that change how things compute: those that the user has set, and those that rft sets for its own processes."""

import re
from collections.abc import Iterator, Mapping

from rft.doctor.finding import Finding
from rft.doctor.secrets import is_secret, looks_random
from rollouts.freed_memory import with_huge_pages

PREFIXES = (
    "MLX_", "METAL_", "MTL_", "CUDA_", "NVIDIA_", "OPENBLAS_", "OMP_", "MKL_", "BLIS_", "GOTO_", "VECLIB_", "GLIBC_", "MALLOC_",
    "HF_", "HUGGINGFACE_", "HUGGING_FACE_", "TRANSFORMERS_", "TOKENIZERS_", "RFT_", "LD_PRELOAD", "DYLD_",
)  # fmt: skip
SANDBOX = {"TZ": "UTC", "PYTHONHASHSEED": "0", "LD_BIND_NOW": "1"}
"""What the processes of the Luau sandbox get (`scorers.execution`)."""
_PLAIN = re.compile(r"[\w./:=~+, -]*")
LONGEST = 120


def look_at_variables(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Who set what."""
    given = {name: value for name, value in sorted(environment.items()) if name.startswith(PREFIXES)}
    told = ", ".join(f"{name}={shown(name, value)}" for name, value in given.items())
    yield Finding("variables you set", True, told or "none of those that matter here")
    ours = {name: value for name, value in with_huge_pages(environment).items() if name not in environment}
    computing = ", ".join(f"{name}={value}" for name, value in ours.items()) or "nothing, yours stand"
    sandbox = ", ".join(f"{name}={value}" for name, value in SANDBOX.items())
    yield Finding("variables rft sets", True, f"where it computes: {computing}; in the Luau sandbox: {sandbox}")


def shown(name: str, value: str) -> str:
    """A value as it may be told: nothing of a secret, or of what might be one."""
    if is_secret(name) or looks_random(value) or not _PLAIN.fullmatch(value):
        return "(set, not shown)"
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}..."
