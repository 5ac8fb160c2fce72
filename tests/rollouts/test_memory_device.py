"""Limits on MLX's memory, with stand-ins for the devices that this machine does not have."""

from types import SimpleNamespace
from typing import Any

import pytest

import rollouts.device
from rollouts.device import CACHE_BYTES, current_device, device_memory, limit_memory
from rollouts.machine import memory_at_hand

GB = 10**9


def stand_in(monkeypatch: pytest.MonkeyPatch, *, metal: bool, info: dict[str, int]) -> dict[str, int]:
    """Put an MLX of another device in place; returns the limits that it is given."""
    given: dict[str, int] = {}

    def setter(name: str) -> Any:
        return lambda limit: given.update({name: limit})

    fake = SimpleNamespace(
        metal=SimpleNamespace(is_available=lambda: metal),
        gpu="gpu",
        Device=lambda kind: kind,
        default_device=lambda: "gpu",
        device_info=lambda: info,
        **{name: setter(name) for name in ("set_wired_limit", "set_memory_limit", "set_cache_limit")},
    )
    monkeypatch.setattr(rollouts.device, "mx", fake)
    return given


def test_metal_wires_less_than_it_may_and_keeps_few_freed_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    given = stand_in(monkeypatch, metal=True, info={"max_recommended_working_set_size": 100 * GB, "memory_size": 128 * GB})
    assert device_memory() == 100 * GB
    assert current_device().recycle_after == 250_000
    limit_memory()
    assert given == {"set_wired_limit": 90 * GB, "set_memory_limit": 100 * GB, "set_cache_limit": CACHE_BYTES}


def test_cuda_has_its_own_memory_and_nothing_to_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    given = stand_in(monkeypatch, metal=False, info={"total_memory": 80 * GB})
    assert device_memory() == 80 * GB
    assert current_device().name == "cuda"
    limit_memory()
    assert given == {"set_cache_limit": CACHE_BYTES}


def test_the_cpu_takes_what_the_machine_has() -> None:
    if current_device().name != "cpu":
        pytest.skip("there is a GPU here")
    assert device_memory() == pytest.approx(memory_at_hand(), rel=0.2)
    before = rollouts.device.mx.set_cache_limit(0)
    rollouts.device.mx.set_cache_limit(before)
    limit_memory()
    assert rollouts.device.mx.set_cache_limit(before) == before
    assert current_device().recycle_after is None
