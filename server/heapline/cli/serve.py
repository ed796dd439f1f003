"""`heapline serve`: the language server, on standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heapline.collector import lasting


def run(
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Accepted for editors that pass it; it is the only way.")
    ] = True,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Write the log here instead of stderr.")] = None,
) -> None:
    """Start the language server (an editor does this for you)."""
    del stdio
    if log_file is not None and not log_file.parent.is_dir():
        raise typer.BadParameter(f"{log_file.parent} is no directory", param_hint="--log-file")
    with lasting():
        from heapline.lsp.app import serve  # here, so that the help appears without the LSP libraries

    serve(log_file)
