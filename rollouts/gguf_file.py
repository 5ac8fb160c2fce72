"""What a GGUF file says of itself at its beginning: metadata and the list of its tensors. Reads no weights and needs no MLX.

MLX's own reader trusts a file: one that is cut off ends its process. So a file is looked at here before a child loads it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rollouts.errors import ModelError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
STRING, ARRAY = 8, 9
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
KINDS = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292), 24: ("I8", 1, 1), 25: ("I16", 1, 2),
    26: ("I32", 1, 4), 30: ("BF16", 1, 2),
}  # fmt: skip
"""The kinds of numbers by their code: name, weights of a block, bytes of a block."""
AS_THEY_ARE = {"F32": 4.0, "F16": 2.0, "I8": 1.0, "I16": 2.0, "I32": 4.0, "Q4_0": 0.625, "Q4_1": 0.625, "Q8_0": 1.125}
"""Bytes of a weight once imported, where MLX keeps the kind: its bits, and for each 32 a scale and a bias. Others become F16."""
LONGEST_STRING = 50_000_000
MOST_ENTRIES = 10_000_000
MOST_DIMENSIONS = 4
"""As GGML has it."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: `kind` by its name in KINDS, `offset` in bytes from where the weights begin."""

    name: str
    shape: tuple[int, ...]
    kind: str
    offset: int
    stored: int

    @property
    def weights(self) -> int:
        count = 1
        for size in self.shape:
            count *= size
        return count

    @property
    def imported(self) -> int:
        """Bytes in the folder that is made of it."""
        return int(self.weights * AS_THEY_ARE.get(self.kind, 2.0))


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A file's beginning. Of long arrays `metadata` holds the values too: they are a tokenizer's tokens."""

    path: Path
    metadata: dict[str, Any]
    tensors: tuple[Tensor, ...]

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture"))

    @property
    def imported_bytes(self) -> int:
        """What the folder takes that is made of it; the tokenizer is little beside the weights, and guessed at."""
        words = sum(len(token) for token in self.metadata.get("tokenizer.ggml.tokens", ()) if isinstance(token, str))
        return sum(tensor.imported for tensor in self.tensors) + 20 * words


def read_gguf(path: Path) -> GgufFile:
    """Read the beginning of the file. Raises ModelError when it is none, is cut off, or holds numbers of an unknown kind."""
    if not path.is_file():
        raise ModelError(f"there is no file {path}.", hint="Give the path of a .gguf file.")
    with path.open("rb") as stream:
        if stream.read(4) != MAGIC:
            raise ModelError(f"{path.name} is not a GGUF file.", hint="Its first four bytes would be `GGUF`; fetch it again.")
        try:
            return _read(path, stream)
        except (struct.error, EOFError, OverflowError, RecursionError) as error:
            raise _cut_off(path, "it ends in its own description") from error


def _read(path: Path, stream: BinaryIO) -> GgufFile:
    (version,) = _numbers(stream, "I", 1)
    if version not in VERSIONS:
        raise ModelError(
            f"{path.name} has GGUF version {version}; 2 and 3 can be read.", hint="Convert it with a newer llama.cpp."
        )
    tensor_count, entry_count = _numbers(stream, "Q", 2)
    metadata = {}
    for _ in range(_bounded(entry_count)):
        key = _string(stream)
        metadata[key] = _value(stream, _numbers(stream, "I", 1)[0])
    tensors = tuple(_tensor(path, stream) for _ in range(_bounded(tensor_count)))
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1:
        raise _cut_off(path, f"its weights cannot begin at a multiple of {alignment!r}")
    begin = -(-stream.tell() // alignment) * alignment
    end = max((begin + tensor.offset + tensor.stored for tensor in tensors), default=begin)
    if (size := path.stat().st_size) < end:
        raise _cut_off(path, f"it has {size} of {end} bytes")
    return GgufFile(path, metadata, tensors)


def _tensor(path: Path, stream: BinaryIO) -> Tensor:
    name = _string(stream)
    (dimensions,) = _numbers(stream, "I", 1)
    shape = _numbers(stream, "Q", _bounded(dimensions, MOST_DIMENSIONS))
    (code,) = _numbers(stream, "I", 1)
    (offset,) = _numbers(stream, "Q", 1)
    if code not in KINDS:
        raise ModelError(
            f"the tensor {name} of {path.name} is of a kind that is not known here (GGML type {code}).",
            hint="Take a file in Q4_0, Q4_1, Q8_0, F16 or F32.",
        )
    kind, block, size = KINDS[code]
    count = 1
    for length in shape:
        count *= length
    return Tensor(name, tuple(shape), kind, offset, -(-count // block) * size)


def _value(stream: BinaryIO, code: int) -> Any:
    if code == STRING:
        return _string(stream)
    if code == ARRAY:
        (inner,) = _numbers(stream, "I", 1)
        (length,) = _numbers(stream, "Q", 1)
        if inner in NUMBERS:
            return list(_numbers(stream, NUMBERS[inner], _bounded(length)))
        return [_value(stream, inner) for _ in range(_bounded(length))]
    if code not in NUMBERS:
        raise EOFError(f"no value has type {code}")
    return _numbers(stream, NUMBERS[code], 1)[0]


def _string(stream: BinaryIO) -> str:
    (length,) = _numbers(stream, "Q", 1)
    if length > LONGEST_STRING:
        raise EOFError(f"a text of {length} bytes")
    return _bytes(stream, length).decode("utf-8", errors="replace")


def _numbers(stream: BinaryIO, kind: str, count: int) -> tuple[Any, ...]:
    layout = f"<{count}{kind}"
    return struct.unpack(layout, _bytes(stream, struct.calcsize(layout)))


def _bytes(stream: BinaryIO, count: int) -> bytes:
    found = stream.read(count)
    if len(found) < count:
        raise EOFError
    return found


def _bounded(count: int, most: int = MOST_ENTRIES) -> int:
    """A damaged count must not keep us reading."""
    if count > most:
        raise EOFError(f"{count} entries")
    return int(count)


def _cut_off(path: Path, why: str) -> ModelError:
    return ModelError(f"{path.name} is cut off or damaged: {why}.", hint="Fetch the file again.")


def unknown_kinds(tensors: tuple[Tensor, ...]) -> Iterator[str]:
    """The kinds that MLX does not keep: they become F16, which takes more room."""
    yield from sorted({tensor.kind for tensor in tensors} - AS_THEY_ARE.keys())
