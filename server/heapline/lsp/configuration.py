"""The settings of each folder: from the client, asked for where it can answer, and from `.heapline.toml`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from heapline.lsp.uris import to_uri
from heapline.settings import TOML_NAME, Settings, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.lsp.server import Server

_log = logging.getLogger(__name__)
_MAX_SHOWN = 5


async def refresh(ls: Server, pushed: Any = None) -> None:
    """Read all settings anew; `pushed` is what a client sent that cannot be asked. Bad values are named to the user."""
    if pushed is not None:
        ls.client_settings = pushed
    folders = ls.folders
    answers = await _ask(ls, folders) if ls.client.configuration else [ls.client_settings] * len(folders)
    default, problems = resolve(None, ls.client_settings)
    by_folder: dict[Path, Settings] = {}
    for folder, answer in zip(folders, answers, strict=True):
        by_folder[folder], found = resolve(folder / TOML_NAME, answer if answer is not None else ls.client_settings)
        problems += found
    ls.use_settings(default, by_folder)
    _complain(ls, problems)


async def _ask(ls: Server, folders: list[Path]) -> list[Any]:
    items = [t.ConfigurationItem(scope_uri=to_uri(folder), section="heapline") for folder in folders]
    if not items:
        return []
    try:
        answers = list(await ls.workspace_configuration_async(t.ConfigurationParams(items)))
    except Exception as error:  # noqa: BLE001 -- whatever a client answers to this, the settings it sent at the start hold
        _log.warning("workspace/configuration failed: %s", error)
        return [None] * len(folders)
    return (answers + [None] * len(folders))[: len(folders)]


def _complain(ls: Server, problems: list[str]) -> None:
    new = [problem for problem in dict.fromkeys(problems) if problem not in ls.told]
    ls.told.update(new)
    for problem in new[:_MAX_SHOWN]:
        ls.show(t.MessageType.Warning, problem)
    if len(new) > _MAX_SHOWN:
        ls.show(t.MessageType.Warning, f"{len(new) - _MAX_SHOWN} more settings are wrong; the log names them.")
        for problem in new[_MAX_SHOWN:]:
            _log.warning("%s", problem)
