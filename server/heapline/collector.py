"""Python's collector of cycles, kept away from what is made in great numbers and is in no cycle."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def uncollected() -> Iterator[None]:
    """Python does not look for cycles: among so many new objects that takes a quarter of the time, of all threads."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def lasting() -> Iterator[None]:
    """What is made herein the process keeps until its end, such as modules: it is never looked through."""
    with uncollected():
        try:
            yield
        finally:
            gc.freeze()
