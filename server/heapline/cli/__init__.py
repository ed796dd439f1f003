"""The command line: one module per verb. Exit code 0: done; 1: nothing could be read; 2: wrong usage."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from heapline import __version__
from heapline.collector import lasting

_VERBS = (
    "report",
    "holders",
    "tree",
    "classes",
    "generations",
    "strings",
    "sql",
    "diff",
    "paths",
    "config",
    "export",
    "suspects",
    "index",
    "serve",
)

app = typer.Typer(
    name="heapline",
    help="Ruby memory, on the line of code that allocated it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"heapline {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version  # its callback has done the work


def main() -> None:
    """Run the command line with this process's arguments.

    Only the module of the verb that they begin with is imported, as all of them take longer than many a verb's work.
    """
    named = [verb for verb in _VERBS if verb in sys.argv[1:2]]
    with lasting():
        for verb in named or _VERBS:  # all for the help, and for what is no verb
            app.command(verb)(import_module(f"{__name__}.{verb}").run)
    app()
