"""Loading a report in the terminal: a progress bar on long work, one line on stderr for what cannot be read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from heapline.cli.printing import printable
from heapline.errors import HeaplineError
from heapline.heap.steps import build
from heapline.readers.heap_profiler import capture_of
from heapline.report import Report, open_report, without_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from heapline.heap.index import HeapIndex
    from heapline.heap.retained import HeapGraph

errors = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
_HOLDING = "what holds what"


def load(path: Path) -> Report | None:
    """The report, indexed first if it must be; None (and why, on stderr) if it cannot be read."""
    try:
        path = capture_of(path)
        for dump in without_index(path):
            build_with_progress(dump)
        return open_report(path)
    except HeaplineError as error:
        complain(error)
        return None


@contextmanager
def asking(report: Report) -> Iterator[Report]:
    """The report, closed in the end; raises HeaplineError if its index turns out to be damaged, and removes that."""
    try:
        yield report
    except duckdb.Error as error:
        raise report.discard(error) from error
    finally:
        report.close()


@contextmanager
def asking_index(path: Path, about: str) -> Iterator[tuple[Report, HeapIndex]]:
    """A heap dump and its index; whatever goes wrong ends the program with exit code 1, and says why.

    `about` is what nothing can be said about if the report is no heap dump.
    """
    report = load(path)
    if report is None:
        raise typer.Exit(1)
    try:
        with asking(report):
            yield report, _index_of(report, about)
    except HeaplineError as error:
        complain(error)
        raise typer.Exit(1) from None


@contextmanager
def asking_graph(path: Path) -> Iterator[tuple[Report, HeapGraph]]:
    """The same with the dump's graph."""
    with asking_index(path, _HOLDING) as (report, index):
        if index.graph is None:
            raise HeaplineError(
                f"{path}: names no roots (it was taken with since:), so nothing can be said about {_HOLDING}."
            )
        yield report, index.graph


def _index_of(report: Report, about: str) -> HeapIndex:
    if report.index is None:
        raise HeaplineError(f"{report.path}: is no heap dump, so nothing can be said about {about}.")
    return report.index


def build_with_progress(path: Path) -> Path:
    """Build the dump's index and graph behind a progress bar; gives the index's path. Raises HeaplineError."""
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    with bar:
        name = printable(path.name)
        task = bar.add_task(name, total=1.0)
        return build(
            path,
            lambda what, share: bar.update(task, description=f"{name}: {what}", completed=share),
            indexed=lambda: None,
        )


def complain(error: HeaplineError) -> None:
    """Print an error as one line on stderr."""
    errors.print(f"heapline: {printable(str(error))}", style="red", markup=False)
