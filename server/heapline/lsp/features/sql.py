"""The command `heapline.sql`: a query of the user's own on a loaded dump's index.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

from typing import Any

import orjson
from lsprotocol import types as t

from heapline.errors import HeaplineError
from heapline.lsp import pages
from heapline.lsp.server import Server
from heapline.lsp.uris import to_uri
from heapline.markdown import code, fenced, plain
from heapline.units import things


async def sql(ls: Server, report: str, query: str) -> dict[str, Any] | None:
    """`heapline.sql REPORT QUERY`: run one SELECT, and open its rows as a page where the client can.

    Answers with `columns`, `rows`, whether there are `more`, and the page's `uri` and `text`; null, with a message to
    the user, if it fails. A child process runs it, as `heapline sql` would: cancelling the request kills that.
    """
    loaded = ls.store.by_name(report)
    if loaded is None:
        ls.show(t.MessageType.Error, f"{report}: is not loaded. Load it first: heapline.load")
        return None
    try:
        printed = await ls.loader.run("sql", "--format", "json", "--", str(loaded.path), query)
    except HeaplineError as error:
        ls.show(t.MessageType.Error, str(error))
        return None
    answer: dict[str, Any] = orjson.loads(printed)
    text = _page(loaded.path.name, query, answer)
    page = to_uri(pages.write("sql", f"{loaded.path}\0{query}", text))
    if ls.client.show_document:
        ls.window_show_document(t.ShowDocumentParams(page, take_focus=True))
    return {**answer, "uri": page, "text": text}


def _page(name: str, query: str, answer: dict[str, Any]) -> str:
    """The rows as aligned text, under the query."""
    rows = [["" if value is None else plain(str(value)) for value in row] for row in answer["rows"]]
    number = f"{things(len(rows), 'row')}{', and there are more' if answer['more'] else ''}"
    columns = [plain(column) for column in answer["columns"]]
    asked = [f"    {plain(line)}" for line in query.splitlines()]
    return "\n".join([*asked, "", f"{number}, of {code(name)}:", "", *fenced(columns, rows), ""])
