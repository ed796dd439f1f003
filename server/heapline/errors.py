"""The one error that Heapline raises on purpose."""

from __future__ import annotations


class HeaplineError(Exception):
    """Something the user can understand and act on.

    The message names the file (and line, where there is one), says what is wrong and what to do about it.
    It is shown as it stands: on stderr by the terminal, as one message by the editor.
    """
