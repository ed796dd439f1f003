"""`initialized`, `workspace/didChangeConfiguration` and `workspace/didChangeWorkspaceFolders`.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#initialized
"""

from __future__ import annotations

from lsprotocol import types as t

from heapline.lsp import configuration, reports
from heapline.lsp.capabilities import Client
from heapline.lsp.features.watched_files import catch_up
from heapline.lsp.server import Server


async def trust(ls: Server) -> None:
    """`heapline.trust`: the user trusts the workspace from now on: git may be asked about its files."""
    if not ls.trusted:
        ls.trusted = True
        await reports.place_again(ls)


def initialize(ls: Server, params: t.InitializeParams) -> None:
    """Note what the client can do and which settings it starts with."""
    ls.protocol.keep_documents_by_line()
    ls.client = Client.of(params.capabilities)
    options = ls.client_settings = params.initialization_options
    ls.trusted = isinstance(options, dict) and options.get("trusted") is True


async def initialized(ls: Server, params: t.InitializedParams) -> None:
    """Read the settings, have files and settings watched, and load the reports that the settings name."""
    del params
    await configuration.refresh(ls)
    if ls.client.configuration_registration:
        ls.client_register_capability(
            t.RegistrationParams(
                [t.Registration("heapline-settings", t.WORKSPACE_DID_CHANGE_CONFIGURATION, {"section": "heapline"})]
            )
        )
    reports.redraw(ls)  # a report may have been asked for before the settings were known
    await reports.load_all(ls, await reports.missing(ls))


async def did_change_configuration(ls: Server, params: t.DidChangeConfigurationParams) -> None:
    """Settings changed: read them again, redraw, and load reports that are named now."""
    await configuration.refresh(ls, params.settings)
    await reports.use_new_settings(ls)
    await reports.load_all(ls, await reports.missing(ls))


async def did_change_workspace_folders(ls: Server, params: t.DidChangeWorkspaceFoldersParams) -> None:
    """Folders came or went: their settings and reports, and the places of all sites."""
    del params
    await configuration.refresh(ls)
    await reports.place_again(ls)
    await catch_up(ls)
