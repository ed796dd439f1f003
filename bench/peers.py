"""Other tools on the same dump, where they are installed: nothing of theirs is part of Heapline."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def print_peers(dump: Path, retained: float) -> None:
    """harb, which finds dominators as well: its seconds and memory, beside the seconds until ours are summed up."""
    harb = shutil.which("harb")
    if harb is None:
        print("harb is not installed (https://github.com/csfrancis/harb): not compared with\n")
        return
    start = time.perf_counter()
    child = subprocess.Popen(
        [harb, str(dump)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_allow_any_stack,  # harb recurses as deep as the heap is
    )
    assert child.stdin is not None
    child.stdin.write(b"quit\n")
    child.stdin.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    print(f"harb: dominators, no sum by line      {seconds:7.2f}   {seconds / retained:.2f} x our retained sizes")
    print(f"harb: peak memory                    {usage.ru_maxrss * 1024 / 1e6:8.0f} MB\n")


def _allow_any_stack() -> None:
    resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
