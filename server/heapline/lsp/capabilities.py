"""What this client can do, asked once, as plain booleans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types as t
from pygls.capabilities import get_capability

if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True)
class Client:
    """The capabilities that Heapline asks about. All false before `initialize`."""

    progress: bool = False
    code_lens_refresh: bool = False
    inlay_hint_refresh: bool = False
    changes: bool = False
    workspace_folders: bool = False
    configuration: bool = False
    configuration_registration: bool = False
    watched_files: bool = False
    relative_patterns: bool = False
    markdown: bool = False
    tables: bool = False
    code_description: bool = False
    related_information: bool = False
    show_document: bool = False
    document_changes: bool = False
    create_files: bool = False
    nested_symbols: bool = False
    link_tooltips: bool = False

    @classmethod
    def of(cls, capabilities: t.ClientCapabilities) -> Client:
        """Read them from `initialize`."""

        def can(path: str) -> Any:
            return get_capability(capabilities, path)

        own = capabilities.experimental
        formats = can("text_document.hover.content_format") or ()
        return cls(
            progress=bool(can("window.work_done_progress")),
            code_lens_refresh=bool(can("workspace.code_lens.refresh_support")),
            inlay_hint_refresh=bool(can("workspace.inlay_hint.refresh_support")),
            changes=isinstance(own, dict) and bool(own.get("heaplineChanges")),  # Heapline's own extension
            workspace_folders=bool(can("workspace.workspace_folders")),
            configuration=bool(can("workspace.configuration")),
            configuration_registration=bool(can("workspace.did_change_configuration.dynamic_registration")),
            watched_files=bool(can("workspace.did_change_watched_files.dynamic_registration")),
            relative_patterns=bool(can("workspace.did_change_watched_files.relative_pattern_support")),
            markdown=t.MarkupKind.Markdown in formats,
            tables=can("general.markdown.parser") == "marked",  # VS Code; terminal editors print a table's source
            related_information=bool(can("text_document.publish_diagnostics.related_information")),
            document_changes=bool(can("workspace.workspace_edit.document_changes")),
            create_files="create" in (can("workspace.workspace_edit.resource_operations") or ()),
            show_document=bool(can("window.show_document.support")),
            nested_symbols=bool(can("text_document.document_symbol.hierarchical_document_symbol_support")),
            link_tooltips=bool(can("text_document.document_link.tooltip_support")),
            code_description=bool(can("text_document.publish_diagnostics.code_description_support")),
        )
