"""`heapline index FILE`: build a heap dump's index. Also the child process that the language server starts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from heapline import profile_json
from heapline.cli import child
from heapline.cli.loading import build_with_progress, complain
from heapline.errors import HeaplineError
from heapline.heap.duck import explaining
from heapline.heap.index import open_index
from heapline.heap.steps import build
from heapline.insight.conclusions import conclusions_of
from heapline.readers import recognise
from heapline.report import read_text, without_index

_BUILT = 0.95
"""How far the work is when the index and the graph are there."""


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A heap dump (plain or gzip).")],
    events: Annotated[
        bool, typer.Option("--events", hidden=True, help="Speak JSON lines on stdout, end when stdin ends.")
    ] = False,
) -> None:
    """Read a heap dump and keep what was found, so that it opens at once the next time. Prints the index's path."""
    if events:
        _as_child(file)
        return
    try:
        _require_dump(file)
        index = build_with_progress(file)
    except HeaplineError as error:
        complain(error)
        raise typer.Exit(1) from None
    typer.echo(index)


def _as_child(file: Path) -> None:
    """Report progress and the end as JSON lines. Of a text, the last line is its profile."""
    child.begin()
    try:
        _say({"progress": 0.0, "what": "reading"})
        profile = read_text(file)
        if profile is not None:
            _write(profile_json.dump(profile))
            return
        if file.is_dir():
            _build_each(without_index(file))
            return
        build(file, lambda what, share: _say({"progress": share, "what": what}), lambda: _say({"indexed": True}))
        _say({"linked": True})
        _say({"progress": _BUILT, "what": "looking for what grows"})
        _conclude(file)
    except HeaplineError as error:
        _say({"error": str(error).encode(errors="backslashreplace").decode()})
        raise typer.Exit(1) from None
    _say({"done": True})


def _build_each(dumps: Sequence[Path]) -> None:
    """Index the dumps of one capture, of which there are no numbers before the last one is done."""
    for number, dump in enumerate(dumps):

        def progress(what: str, share: float, number: int = number, dump: Path = dump) -> None:
            _say({"progress": (number + share) / len(dumps), "what": f"{dump.name}: {what}"})

        build(dump, progress, lambda: None)


def _conclude(file: Path) -> None:
    """Draw the conclusions here, so that the server, which reads them, need not hold the whole graph in memory."""
    with explaining(file):
        index = open_index(file)
        if index is None:
            return  # it was removed in the meantime: whoever opens it next says so
        try:
            conclusions_of(index)
        finally:
            index.close()


def _require_dump(file: Path) -> None:
    if recognise(file) != "heap-dump":
        raise HeaplineError(f"{file}: is not a heap dump and needs no index. Read it with: heapline report")


def _say(event: dict[str, Any]) -> None:
    _write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))


def _write(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
