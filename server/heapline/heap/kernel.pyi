from typing import NamedTuple

import numpy as np
import numpy.typing as npt

class MergedPaths(NamedTuple):
    parent: npt.NDArray[np.int32]
    label: npt.NDArray[np.int32]
    nodes: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]
    sample: npt.NDArray[np.int32]
    unreachable: int

def compact(
    offsets: npt.NDArray[np.int64], targets: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], int, int]: ...
def dominators(
    offsets: npt.NDArray[np.int64], targets: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]: ...
def retained(
    idom: npt.NDArray[np.int32], order: npt.NDArray[np.int32], weights: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]: ...
def group_retained(
    order: npt.NDArray[np.int32],
    objects: npt.NDArray[np.int32],
    group: npt.NDArray[np.int32],
    retained: npt.NDArray[np.int64],
    groups: int,
) -> npt.NDArray[np.int64]: ...
def distances(
    offsets: npt.NDArray[np.int64], targets: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]: ...
def reachable_without(
    offsets: npt.NDArray[np.int64], targets: npt.NDArray[np.int32], blocked: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]: ...
def merge_paths(
    parent: npt.NDArray[np.int32],
    label: npt.NDArray[np.int32],
    ends: npt.NDArray[np.int32],
    weights: npt.NDArray[np.int64],
) -> MergedPaths: ...
