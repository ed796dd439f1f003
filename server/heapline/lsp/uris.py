"""Files by whatever name a client gives them: one key per file, and the client's own spelling back."""

from __future__ import annotations

import os
from pathlib import Path

from pygls import uris


def to_path(uri: str) -> Path | None:
    """The path of a `file:` URI in the client's spelling; None for any other scheme, and for what can name no file."""
    try:
        path = uris.to_fs_path(uri)
    except ValueError:  # no URI at all
        return None
    return Path(path) if path and "\0" not in path else None


def to_uri(path: Path) -> str:
    """The `file:` URI of an absolute path."""
    return path.as_uri()


def key_of(path: Path) -> str:
    """What two spellings of one file have in common."""
    return os.path.normcase(os.path.realpath(path))
