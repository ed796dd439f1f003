"""What a user asks about a line that holds memory, in any editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as t

from lsp.editor import document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lsp.editor import Editor

Items = list[t.CallHierarchyItem]


async def prepared(editor: Editor, file: Path, line: int) -> Items:
    """What the call hierarchy can start from on a line (1-based)."""
    params = t.CallHierarchyPrepareParams(document(file), t.Position(line - 1, 2))
    return list(await editor.text_document_prepare_call_hierarchy_async(params) or ())


async def holders(editor: Editor, item: t.CallHierarchyItem) -> Items:
    """The item's callers: who holds it. The ranges of the calls are the callers' own."""
    calls = await editor.call_hierarchy_incoming_calls_async(t.CallHierarchyIncomingCallsParams(item)) or ()
    assert all(list(call.from_ranges) == [call.from_.selection_range] for call in calls)
    return [call.from_ for call in calls]


async def held(editor: Editor, item: t.CallHierarchyItem) -> Items:
    """What the item calls: what only it holds. The ranges of the calls are its own."""
    calls = await editor.call_hierarchy_outgoing_calls_async(t.CallHierarchyOutgoingCallsParams(item)) or ()
    assert all(list(call.from_ranges) == [item.selection_range] for call in calls)
    return [call.to for call in calls]


async def references(editor: Editor, file: Path, line: int) -> list[tuple[str, int]]:
    """The lines that hold the line's objects: URI and line (1-based)."""
    context = t.ReferenceContext(include_declaration=False)
    found = await editor.text_document_references_async(
        t.ReferenceParams(context, document(file), t.Position(line - 1, 2))
    )
    return [(location.uri, location.range.start.line + 1) for location in found or ()]


async def actions(
    editor: Editor, file: Path, line: int, diagnostics: Sequence[t.Diagnostic] = ()
) -> list[t.CodeAction]:
    """What the light bulb offers on a line."""
    at = t.Range(t.Position(line - 1, 0), t.Position(line - 1, 0))
    context = t.CodeActionContext(diagnostics)
    found = await editor.text_document_code_action_async(t.CodeActionParams(document(file), at, context))
    assert all(isinstance(action, t.CodeAction) for action in found or ())
    return [action for action in found or () if isinstance(action, t.CodeAction)]


async def questions(
    editor: Editor, file: Path, line: int, diagnostics: Sequence[t.Diagnostic] = ()
) -> list[t.CodeAction]:
    """The actions that show what holds a line's objects: one, or none."""
    return [a for a in await actions(editor, file, line, diagnostics) if a.title == "Show what holds this"]


async def run(editor: Editor, command: t.Command) -> object:
    """What a command answers that the server gave to the editor, with the arguments that it gave."""
    params = t.ExecuteCommandParams(command.command, command.arguments)
    return await editor.workspace_execute_command_async(params)


async def page_of(editor: Editor, file: Path, line: int) -> dict[str, str]:
    """The page that shows what holds a line: its `uri` and `text`."""
    page = await editor.command("showHolders", file.as_uri(), line)
    assert page.keys() == {"uri", "text"}
    return dict(page)


def marks(editor: Editor, code: str) -> dict[tuple[str, int], t.Diagnostic]:
    """The diagnostics of one code by URI and line (1-based)."""
    return {
        (uri, diagnostic.range.start.line + 1): diagnostic
        for uri, found in editor.diagnostics.items()
        for diagnostic in found
        if diagnostic.code == code
    }
