from typing import NamedTuple

import numpy as np
import numpy.typing as npt

class Block(NamedTuple):
    address: npt.NDArray[np.uint64]
    memsize: npt.NDArray[np.int64]
    generation: npt.NDArray[np.int32]
    spot: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int32]
    entries: npt.NDArray[np.int32]
    content: npt.NDArray[np.uint64]
    ends: npt.NDArray[np.int64]
    references: npt.NDArray[np.uint64]
    spots: list[tuple[bytes, int, bytes | None]]
    kinds: list[tuple[bytes, int, bytes | None]]
    names: list[tuple[int, bytes | None, bytes | None, bool]]
    irregular: npt.NDArray[np.int64]
    lines: int
    blank: int

def scan(block: bytes | memoryview) -> Block: ...
def content_of(value: bytes | memoryview) -> int: ...
def pairs(
    first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]: ...
