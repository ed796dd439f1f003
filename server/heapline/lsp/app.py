"""The server with its features wired in, and the process around it."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline.lsp.features import (
    call_hierarchy,
    code_action,
    code_lens,
    definition,
    document_link,
    document_symbol,
    execute_command,
    explain_paths,
    folding_range,
    heat,
    hide_file,
    holders,
    hot_lines,
    hover,
    inlay_hint,
    lifecycle,
    load_text,
    overview,
    references,
    show_holders,
    show_in_report,
    sql,
    suspects,
    text_documents,
    watched_files,
    workspace_symbol,
)
from heapline.lsp.protocol import open_stdio
from heapline.lsp.server import Server

if TYPE_CHECKING:
    from pathlib import Path


def make_server() -> Server:
    """A server that answers everything Heapline answers."""
    server = Server()
    server.feature(t.INITIALIZE)(lifecycle.initialize)
    server.feature(t.INITIALIZED)(lifecycle.initialized)
    server.feature(t.WORKSPACE_DID_CHANGE_CONFIGURATION)(lifecycle.did_change_configuration)
    server.feature(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(lifecycle.did_change_workspace_folders)
    server.feature(t.WORKSPACE_DID_CHANGE_WATCHED_FILES)(watched_files.did_change_watched_files)
    server.feature(t.TEXT_DOCUMENT_DID_SAVE)(watched_files.did_save)
    server.feature(t.TEXT_DOCUMENT_DID_OPEN)(text_documents.did_open)
    server.feature(t.TEXT_DOCUMENT_DID_CHANGE)(text_documents.did_change)
    server.feature(t.TEXT_DOCUMENT_DID_CLOSE)(text_documents.did_close)
    server.feature(t.TEXT_DOCUMENT_CODE_LENS, t.CodeLensOptions(resolve_provider=False))(code_lens.code_lens)
    server.feature(t.TEXT_DOCUMENT_HOVER)(hover.hover)
    server.feature(t.TEXT_DOCUMENT_INLAY_HINT)(inlay_hint.inlay_hint)
    server.feature(t.TEXT_DOCUMENT_CODE_ACTION)(code_action.code_action)
    server.feature(t.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)(call_hierarchy.prepare)
    server.feature(t.CALL_HIERARCHY_INCOMING_CALLS)(call_hierarchy.incoming)
    server.feature(t.CALL_HIERARCHY_OUTGOING_CALLS)(call_hierarchy.outgoing)
    server.feature(t.TEXT_DOCUMENT_REFERENCES)(references.references)
    server.feature(t.TEXT_DOCUMENT_DOCUMENT_LINK, t.DocumentLinkOptions(resolve_provider=True))(
        document_link.document_link
    )
    server.feature(t.DOCUMENT_LINK_RESOLVE)(document_link.resolve)
    server.feature(t.TEXT_DOCUMENT_DEFINITION)(definition.definition)
    server.feature(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(document_symbol.document_symbol)
    server.feature(t.TEXT_DOCUMENT_FOLDING_RANGE)(folding_range.folding_range)
    server.feature(t.WORKSPACE_SYMBOL)(workspace_symbol.workspace_symbol)
    server.command("heapline.load")(execute_command.load)
    server.command("heapline.restore")(execute_command.restore)
    server.command("heapline.unload")(execute_command.unload)
    server.command("heapline.reload")(execute_command.reload)
    server.command("heapline.trust")(lifecycle.trust)
    server.command("heapline.status")(execute_command.status)
    server.command(code_action.SHOW_HOLDERS)(show_holders.show_holders)
    server.command(code_action.MARK_FIXED)(code_action.mark_fixed)
    server.command(load_text.LOAD_TEXT)(load_text.load_text)
    server.command(show_in_report.SHOW_IN_REPORT)(show_in_report.show_in_report)
    server.command("heapline.tree")(show_holders.tree)
    server.command("heapline.explainPaths")(explain_paths.explain_paths)
    server.command("heapline.sql")(sql.sql)
    server.command("heapline.heat")(heat.heat)
    server.command("heapline.hotGroups")(hot_lines.hot_groups)
    server.command("heapline.hotLines")(hot_lines.hot_lines)
    server.command("heapline.hotLinesTable")(hot_lines.hot_lines_table)
    server.command("heapline.overview")(overview.overview)
    server.command("heapline.placeOf")(overview.place_of)
    server.command("heapline.holders")(holders.holders)
    server.command("heapline.siteAt")(holders.site_at)
    server.command("heapline.suspects")(suspects.suspects)
    server.command("heapline.hideFile")(hide_file.hide_file)
    return server


class _Indented(logging.Formatter):
    """Indents all lines of a record but the first, so that a reader knows where the next record begins."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", "\n  ")


def serve(log_file: Path | None = None) -> None:
    """Serve one client on standard input and output until it leaves."""
    log = logging.StreamHandler() if log_file is None else logging.FileHandler(log_file)
    log.setFormatter(_Indented("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[log], level=logging.INFO, force=True)
    logging.getLogger("pygls").setLevel(logging.WARNING)  # it logs every message's body at INFO
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # pygls would wait for its reader, which waits for the client
    server = make_server()
    server.protocol.before_exit = server.loader.kill
    stdin, stdout = open_stdio()
    try:
        server.start_io(stdin, stdout)  # type: ignore[arg-type]  # pygls calls only readline and read
    finally:
        server.loader.kill()
