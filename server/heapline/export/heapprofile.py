"""`.heapprofile`: V8's sampling heap profile, which VS Code and Chrome open.

The form is `HeapProfiler.SamplingHeapProfile` of https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/
Lines are 0-based there. It has room for one measure: the first that is of bytes.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import orjson

from heapline.export.stacks import stacks_of

if TYPE_CHECKING:
    from heapline.export.stacks import Frame
    from heapline.export.subject import Subject

_ROOT = b'{"head":{"callFrame":{"functionName":"(root)","scriptId":"0","url":"","lineNumber":-1,"columnNumber":-1},'


def write(subject: Subject) -> bytes:
    """The tree as JSON. Written by hand, as JSON libraries refuse what is nested as deeply as a heap can be."""
    stacks = stacks_of(subject)
    chosen = next((at for at, name in enumerate(stacks.measures) if name.endswith("_bytes")), None)
    sizes = [node.weights[chosen] if chosen is not None else 0 for node in stacks.nodes]
    below: dict[int, list[int]] = {}
    for number, node in enumerate(stacks.nodes):
        below.setdefault(node.parent, []).append(number)
    scripts: dict[str, int] = {}
    pieces = [_ROOT, b'"selfSize":0,"id":1,"children":[']
    waiting: list[int | bytes] = [b"]}", *_with_commas(below.get(-1, []))]
    while waiting:
        item = waiting.pop()
        if isinstance(item, bytes):
            pieces.append(item)
            continue
        frame = stacks.nodes[item].frame
        script = scripts.setdefault(frame.file, len(scripts) + 1)
        head = orjson.dumps({"callFrame": _call_frame(frame, script), "selfSize": sizes[item], "id": item + 2})
        pieces.append(head[:-1] + b',"children":[')
        waiting += [b"]}", *_with_commas(below.get(item, []))]
    samples = [{"size": size, "nodeId": number + 2, "ordinal": number + 1} for number, size in enumerate(sizes) if size]
    return b"".join([*pieces, b',"samples":', orjson.dumps(samples), b"}\n"])


def _with_commas(numbers: list[int]) -> list[int | bytes]:
    """To be popped from the end: the numbers, a comma between two."""
    found: list[int | bytes] = []
    for number in reversed(numbers):
        found += [number, b","]
    return found[:-1]


def _call_frame(frame: Frame, script: int) -> dict[str, Any]:
    file = PurePath(frame.file)
    url = file.as_uri() if file.is_absolute() else frame.file
    return {
        "functionName": frame.name,
        "scriptId": str(script),
        "url": url,
        "lineNumber": frame.line - 1,
        "columnNumber": 0 if frame.line else -1,
    }
