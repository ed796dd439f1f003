"""speedscope's own format: a flame graph per measure. https://www.speedscope.app/file-format-schema.json"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from heapline import __version__
from heapline.export.stacks import Frame, Stacks, stacks_of
from heapline.export.subject import text_of

if TYPE_CHECKING:
    from heapline.export.subject import Subject


def write(subject: Subject) -> bytes:
    """One profile a measure, of the bytes first."""
    stacks = stacks_of(subject)
    frames: dict[Frame, int] = {}
    indexes = [frames.setdefault(node.frame, len(frames)) for node in stacks.nodes]
    paths = [[indexes[above] for above in reversed(stacks.stack(number))] for number in range(len(stacks.nodes))]
    order = sorted(range(len(stacks.measures)), key=lambda at: "bytes" not in stacks.measures[at])
    return orjson.dumps(
        {
            "$schema": "https://www.speedscope.app/file-format-schema.json",
            "exporter": f"heapline@{__version__}",
            "name": text_of(subject.report.path),
            "activeProfileIndex": 0,
            "shared": {"frames": [_frame(frame) for frame in frames]},
            "profiles": [_profile(stacks, at, paths) for at in order],
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _frame(frame: Frame) -> dict[str, Any]:
    place = {"file": frame.file, "line": frame.line} if frame.line else {}
    return {"name": frame.name, **place}


def _profile(stacks: Stacks, at: int, paths: list[list[int]]) -> dict[str, Any]:
    measured = [(path, node.weights[at]) for path, node in zip(paths, stacks.nodes, strict=True) if node.weights[at]]
    name = stacks.measures[at]
    return {
        "type": "sampled",
        "name": name.replace("_", " "),
        "unit": "bytes" if name.endswith("_bytes") else "none",
        "startValue": 0,
        "endValue": sum(weight for _, weight in measured),
        "samples": [path for path, _ in measured],
        "weights": [weight for _, weight in measured],
    }
