"""Changing one value in the text of `.heapline.toml`, and nothing else: comments and order stay as they are."""

from __future__ import annotations

import copy
import json
import re
import sys
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = int | list[str]
_MAX_LINES = 200


def with_value(text: str, name: str, value: Value) -> str | None:
    """The text with the setting of this dotted name (of one group at most) set to a value.

    Each way to write it is tried and read back, and the first that changes just that is taken; None if there is none,
    as in a file that is no TOML.
    """
    group, _, key = name.rpartition(".")
    wanted = _read(text)
    if wanted is None:
        return None
    wanted = copy.deepcopy(wanted)
    table = wanted.setdefault(group, {}) if group else wanted
    if not isinstance(table, dict):
        return None
    table[key] = value
    # TOML escapes one character more than JSON does
    written = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    ways = (_replaced(text, group, key, written), _inserted(text, group, key, written))
    return next((changed for way in ways for changed in way if _read(changed) == wanted), None)


def values(text: str, name: str) -> list[str]:
    """The list of strings that the setting has in the text; empty if it has none there."""
    found = (_read(text) or {}).get(name)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _replaced(text: str, group: str, key: str, written: str) -> Iterator[str]:
    """The text with the value after each `key =` replaced, up to the end of its line or of one below it."""
    prefix = rf"(?:{re.escape(group)}\s*\.\s*)?" if group else ""
    for found in re.finditer(rf"^[ \t]*{prefix}{re.escape(key)}[ \t]*=[ \t]*", text, re.MULTILINE):
        end = found.end()
        comment = re.compile(r"[^#\n]*?([ \t]*#[^\n]*)?$", re.MULTILINE).match(text, end)
        if comment:
            yield text[: found.end()] + written + (comment[1] or "") + text[comment.end() :]
        for _ in range(_MAX_LINES):
            end = text.find("\n", end)
            end = len(text) if end < 0 else end
            yield text[: found.end()] + written + text[end:]
            if end == len(text):
                break
            end += 1


def _inserted(text: str, group: str, key: str, written: str) -> Iterator[str]:
    """The text with a new line: in the group's table, as a table of its own at the end, or at the top."""
    newline = "" if not text or text.endswith("\n") else "\n"
    if group:
        for found in re.finditer(rf"^[ \t]*\[[ \t]*{re.escape(group)}[ \t]*\][^\n]*$", text, re.MULTILINE):
            yield f"{text[: found.end()]}\n{key} = {written}{text[found.end() :]}"
        blank = "\n" if text else ""
        yield f"{text}{newline}{blank}[{group}]\n{key} = {written}\n"
        yield f"{group}.{key} = {written}\n{text}"
    else:
        yield f"{key} = {written}\n{text}"
