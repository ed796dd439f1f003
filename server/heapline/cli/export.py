"""`heapline export FILE --format F`: a report in the format of another tool."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated

import duckdb
import orjson
import typer

from heapline.cli.filtering import AllOption, IgnoreOption, OnlyOption, filter_of
from heapline.cli.loading import asking, complain, load
from heapline.cli.options import WorkspaceOption, folder_of, places_in, settings_in
from heapline.cli.report import as_json
from heapline.errors import HeaplineError
from heapline.export import csv_table, heapprofile, markdown_table, parquet, pprof, sarif, speedscope
from heapline.export.subject import Subject

_EXACT = 10


class Form(str, Enum):
    """The formats."""

    json = "json"
    csv = "csv"
    parquet = "parquet"
    heapprofile = "heapprofile"
    speedscope = "speedscope"
    pprof = "pprof"
    sarif = "sarif"
    markdown = "markdown"


def _json(subject: Subject) -> bytes:
    return orjson.dumps(as_json(subject, None, _EXACT), option=orjson.OPT_APPEND_NEWLINE)


_WRITERS: dict[Form, Callable[[Subject], bytes]] = {
    Form.json: _json,
    Form.csv: csv_table.write,
    Form.heapprofile: heapprofile.write,
    Form.speedscope: speedscope.write,
    Form.pprof: pprof.write,
    Form.sarif: sarif.write,
    Form.markdown: markdown_table.write,
}


_TREES = (Form.heapprofile, Form.speedscope, Form.pprof)


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report.")],
    form: Annotated[Form, typer.Option("--format", help="The format.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write; of Parquet a folder. Default: standard output."),
    ] = None,
    workspace: WorkspaceOption = None,
    only: OnlyOption = None,
    ignore: IgnoreOption = None,
    everything: AllOption = False,
) -> None:
    """Write a report in a format that other tools open."""
    if form is Form.parquet and output is None:
        raise typer.BadParameter("Parquet is several files: name a folder with --output.")
    if form is Form.pprof and output is None and sys.stdout.isatty():
        raise typer.BadParameter("pprof's format is binary: name a file with --output.")
    if form in _TREES and (only or ignore):
        raise typer.BadParameter(f"--only and --ignore choose lines, but {form.value} is a tree: choose in its viewer.")
    report = load(file)
    if report is None:
        raise typer.Exit(1)
    folder = folder_of(workspace)
    try:
        with asking(report):
            settings, _ = settings_in(folder)
            wanted = filter_of(folder, only, ignore)
            _write(Subject(report, places_in(folder, report), folder, settings, wanted, everything), form, output)
    except HeaplineError as error:
        complain(error)
        raise typer.Exit(1) from None


def _write(subject: Subject, form: Form, output: Path | None) -> None:
    try:
        if output is None:
            sys.stdout.buffer.write(_WRITERS[form](subject))
        elif form is Form.parquet:
            parquet.write(subject, output)
        else:
            output.write_bytes(_WRITERS[form](subject))
    except (OSError, duckdb.IOException) as error:
        raise HeaplineError(f"{output or 'standard output'}: cannot be written: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or (str(error).splitlines() or [""])[0]
