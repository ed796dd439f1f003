"""Exports as a user makes them, and the samples that they are made of."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from heap_dumps import CLASS, item, named, root, write
from sample_files import SAMPLES

if TYPE_CHECKING:
    from typing import Any

CHECKOUT = SAMPLES / "translate"
DUMP = CHECKOUT / "reports/heap-3.json.gz"
TEXT = CHECKOUT / "reports/memory_profiler.txt"
EMPTY = CHECKOUT / "reports/memory_profiler-empty.txt"
SINCE = SAMPLES / "rubies/3.4/since.json.gz"
TOOLS = SAMPLES / "tools/reports"
VALGRIND, SANITIZER, STACKPROF, REQUIRES = (
    TOOLS / name for name in ("valgrind.txt.gz", "lsan.txt.gz", "stackprof.json", "derailed-bundle-mem.txt")
)
REPORTS = (DUMP, TEXT, EMPTY, SINCE, VALGRIND, SANITIZER, STACKPROF, REQUIRES)
NODE_MODULES = Path(__file__).with_name("node_modules")
RECORDED = "/srv/heapline/translate/"
HOSTILE = "=cmd|' /C calc'!A0 \x1b[31m`</script>](command:evil)\u202e|\n#"


@lru_cache(maxsize=32)
def exported(report: Path, form: str, workspace: Path = CHECKOUT, *options: str) -> bytes:
    """What the command prints."""
    command = [sys.executable, "-m", "heapline", "export", str(report), "--format", form, "--workspace", str(workspace)]
    done = subprocess.run([*command, *options], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def sites(report: Path) -> list[dict[str, Any]]:
    """The lines of the report, as `heapline report --json` prints them."""
    import json

    found: list[dict[str, Any]] = json.loads(exported(report, "json"))["sites"]
    return found


def columns_of(site: dict[str, Any]) -> dict[str, Any]:
    """A site of the JSON with its amounts as exports have them: a column for each number."""
    known = {f"{found['kind']}_{unit}": found[unit] for found in site["amounts"] for unit in ("bytes", "count")}
    return {**site, **known}


def hostile_dump(path: Path) -> Path:
    """A dump whose names and paths try everything."""
    lines = [
        root("vm", 0x1000),
        named(CLASS, HOSTILE),
        item(0x1000, 0x2000, at=f"{HOSTILE}.rb:1", size=5000),
        item(0x2000, at=f"lib/{HOSTILE}.rb:2", size=5000),
    ]
    return write(path, lines)


def ours(path: str, line: int) -> tuple[str, int]:
    """Where a recorded line is in the checkout, else as recorded."""
    inside = CHECKOUT / path.removeprefix(RECORDED)
    return (str(inside), line) if path.startswith(RECORDED) and inside.is_file() and line > 0 else (path, line)
