"""The command line: one module per verb. Exit code 0: done; 1: nothing could be read; 2: wrong usage."""

from __future__ import annotations

from typing import Annotated

import typer

from heapline import __version__
from heapline.cli import (
    classes,
    config,
    diff,
    export,
    generations,
    holders,
    index,
    paths,
    report,
    serve,
    sql,
    strings,
    suspects,
    tree,
)

app = typer.Typer(
    name="heapline",
    help="Ruby memory, on the line of code that allocated it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("report")(report.run)
app.command("holders")(holders.run)
app.command("tree")(tree.run)
app.command("classes")(classes.run)
app.command("generations")(generations.run)
app.command("strings")(strings.run)
app.command("sql")(sql.run)
app.command("diff")(diff.run)
app.command("paths")(paths.run)
app.command("config")(config.run)
app.command("export")(export.run)
app.command("suspects")(suspects.run)
app.command("index")(index.run)
app.command("serve")(serve.run)


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
    """Run the command line with this process's arguments."""
    app()
