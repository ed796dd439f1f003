"""Where the samples are: real programs, the dumps and texts that real Ruby wrote of them, and Ruby's own counts."""

from __future__ import annotations

import gzip
from pathlib import Path

COPIES = 8
"""How often a large dump has each object."""

SAMPLES = Path(__file__).parents[1] / "samples"

TEXTS = sorted(SAMPLES.glob("*/reports/memory_profiler*.txt"))
"""memory_profiler reports in every print variant."""

ORACLES = {
    **{
        dump: dump.with_name(dump.name.replace("heap-", "oracle-"))
        for dump in sorted(SAMPLES.glob("*/reports/heap-*.json.gz"))
    },
    **{
        dump: dump.with_name("oracle.json.gz" if dump.name == "full.json.gz" else f"oracle-{dump.name}")
        for dump in sorted(SAMPLES.glob("rubies/*/*.json.gz"))
        if not dump.name.startswith("oracle")
    },
}
"""Each heap dump and the oracle that belongs to it."""

DUMPS = list(ORACLES)
"""Heap dumps, gzip: three rounds of each program, and four kinds of each Ruby version."""


def unpack_capture(directory: Path) -> Path:
    """heap-profiler's directory, as it wrote it: in the samples its dumps are packed."""
    directory.mkdir()
    for file in (SAMPLES / "gems/reports/heap-profiler").iterdir():
        packed = file.suffix == ".gz"
        content = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
        (directory / (file.stem if packed else file.name)).write_bytes(content)
    return directory


def sample_id(path: Path) -> str:
    """A sample's name in a test's id: `translate/heap-1`, `3.4/since`."""
    folder = path.parent.parent if path.parent.name == "reports" else path.parent
    return f"{folder.name}/{path.name.split('.')[0]}"


def write_large(dump: Path, target: Path) -> Path:
    """A dump that takes long enough to be caught while it is read: another's objects COPIES times, each elsewhere."""
    lines = gzip.decompress(dump.read_bytes())
    with target.open("wb") as out:
        for copy in range(1, COPIES + 1):
            out.write(lines.replace(b'"0x7f', b'"0x%x7f' % copy))
    return target
