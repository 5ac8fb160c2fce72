"""How much memory another process holds, for machines that do not enforce limits on address space."""

import ctypes
import sys
from functools import cache
from pathlib import Path

_TASK_INFO = 4  # PROC_PIDTASKINFO of <sys/proc_info.h>
_TASK_INFO_BYTES = 96
_PAGE = 4096


def resident_bytes(pid: int) -> int | None:
    """Resident memory of a process in bytes; None where it is gone or the system does not tell."""
    if sys.platform == "darwin":
        return _on_macos(pid)
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * _PAGE


@cache
def _libproc() -> ctypes.CDLL:
    return ctypes.CDLL("/usr/lib/libproc.dylib")


def _on_macos(pid: int) -> int | None:
    # struct proc_taskinfo begins with pti_virtual_size and pti_resident_size, both uint64_t.
    buffer = (ctypes.c_uint64 * (_TASK_INFO_BYTES // 8))()
    filled = _libproc().proc_pidinfo(pid, _TASK_INFO, ctypes.c_uint64(0), ctypes.byref(buffer), _TASK_INFO_BYTES)
    return int(buffer[1]) if filled == _TASK_INFO_BYTES else None
