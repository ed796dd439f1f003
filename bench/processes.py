"""Child processes, timed and weighed from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Indexing:
    """Seconds from the start of `heapline index` to its events, and the most memory it had at once."""

    first_numbers: float
    retained: float
    done: float
    peak_bytes: int


def index_with_events(dump: Path) -> Indexing:
    """Index a dump as the language server does."""
    command = [sys.executable, "-m", "heapline", "index", "--events", str(dump)]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    seconds: dict[str, float] = {}
    for line in child.stdout:
        for event in orjson.loads(line):
            seconds[event] = time.perf_counter() - start
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"bench: indexing ended with {child.returncode}")
    return Indexing(seconds["indexed"], seconds["linked"], seconds["done"], usage.ru_maxrss * 1024)
