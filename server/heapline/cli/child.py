"""A verb as a child of the language server: it gives way to the editor, and ends with the process that started it."""

from __future__ import annotations

import os
import threading


def begin() -> None:
    """Give way to others from now on, and die with the parent, whose end of stdin closes when it goes."""
    if hasattr(os, "nice"):
        os.nice(10)  # the editor's own requests come first
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # os.read, not sys.stdin: a thread inside a buffered read aborts the interpreter when it ends first
    while os.read(0, 1):
        pass
    os._exit(1)
