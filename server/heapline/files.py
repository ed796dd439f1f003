"""Questions about files that must be answered before one is opened: is it a file, is it readable, which bytes first."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from heapline.errors import HeaplineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

HEAD_BYTES = 1 << 20
LAST_OF_CAPTURE = "generation.info"
"""What heap-profiler writes last into its directory: the directory's report is as old as this file."""
_GZIP_MAGIC = b"\x1f\x8b"


def require_regular_file(path: Path) -> os.stat_result:
    """The file's status. Raises HeaplineError for whatever cannot be read as a file (and never opens it)."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise HeaplineError(f"{path}: no such file. Check the path, or the glob that named it.") from None
    except OSError as error:
        raise HeaplineError(f"{path}: cannot be opened: {error.strerror}.") from None
    if stat.S_ISDIR(status.st_mode):
        raise HeaplineError(f"{path}: is a directory. Name the report inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise HeaplineError(f"{path}: is not a regular file (a pipe or a device). Save the report to a file first.")
    if not os.access(path, os.R_OK):
        raise HeaplineError(f"{path}: no permission to read it. Try: chmod u+r, or copy it.")
    if status.st_size == 0:
        raise HeaplineError(
            f"{path}: is empty. Ruby probably ended before it wrote the report (or is still writing): take it again."
        )
    return status


def is_gzip(path: Path) -> bool:
    """Whether the file starts like gzip; names lie, first bytes rarely do."""
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP_MAGIC


@contextmanager
def lines_of(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, inflated if need be, to be iterated by line."""
    with gzip.open(path, "rb") if is_gzip(path) else path.open("rb") as stream:
        yield cast("BinaryIO", stream)


def head(path: Path) -> bytes:
    """The first bytes (1 MiB at most) of the file's content, inflated if it is gzip, as far as that goes."""
    if not is_gzip(path):
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    pieces: list[bytes] = []
    got = 0
    try:
        with gzip.open(path, "rb") as stream:
            while got < HEAD_BYTES and (piece := stream.read1(min(1 << 16, HEAD_BYTES - got))):
                pieces.append(piece)
                got += len(piece)
    except (EOFError, OSError, zlib.error):
        pass  # a damaged end is the reader's to report; the head serves to recognise the format
    return b"".join(pieces)
