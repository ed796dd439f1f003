"""Writes what is derived from the tree of settings into a checkout; ``--check`` says if it is up to date.

Two files: ``docs/settings.md``, and in ``vscode-extension/package.json`` the list ``contributes.configuration``:
a group for each table of the tree, and one for the extension's own settings, which stay as they are.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from heapline.errors import HeaplineError
from heapline.settings.layers import CLIENT_ONLY, TOML_NAME
from heapline.settings.schema import GROUPS, MAPPINGS, SETTINGS, Setting

CHECKOUT = Path(__file__).parents[3]
COMMAND = "python -m heapline.settings.generate"

_MAPPING = {
    "type": "object",
    "properties": {"from": {"type": "string", "minLength": 1}, "to": {"type": "string", "minLength": 1}},
    "required": ["from", "to"],
    "additionalProperties": False,
}

INTRODUCTION = f"""\
<!-- Written by `{COMMAND}` from server/heapline/settings/tree.py; edit that file. -->
# Settings

Every setting has one name, the same everywhere:

- **VS Code**: `heapline.` and the name, in the settings of the user, the workspace or the folder.
- **`{TOML_NAME}`** in the workspace folder: for all who work on the code, in every editor. The terminal reads it in the
  current directory or the one that `--workspace` names, not in those above: [Configuration](configuration.md).
- **Any other editor**: `initializationOptions` (bare, or under `settings` or `heapline`), or the section
  `heapline` of `workspace/configuration`.

The defaults come first, on top of them `{TOML_NAME}`, on top of that the editor. An editor's value counts
only where it differs from the default, because VS Code also sends what nobody has set. So an editor can
change what `{TOML_NAME}` says to anything but the default.

A value that cannot be used is reported by its name, and the one below it holds. None of these settings
chooses a program to run or a place to write to, so that opening a stranger's checkout does neither.
"""


def docs_page() -> str:
    """The text of ``docs/settings.md``."""
    example = json.dumps(
        {
            "codeLens": {"enabled": False},
            "reports": ["tmp/heap-*.json"],
            "pathMappings": [{"from": "/var/www/*/current", "to": "."}],
        },
        indent=2,
    )
    return "\n".join(
        [
            INTRODUCTION,
            *map(_section, SETTINGS.values()),
            f"## A whole `{TOML_NAME}`\n\nIt sets each setting to its default:\n\n```toml\n{_toml()}```\n",
            f"## The same names as `initializationOptions`\n\n```json\n{example}\n```\n",
        ]
    )


def package_json(text: str) -> str:
    """The extension's ``package.json`` with its settings brought up to date; the very same text if they are.

    Raises ``HeaplineError`` where the text is not JSON or has no ``contributes.configuration`` to fill.
    """
    try:
        package: dict[str, Any] = json.loads(text)
        before = package["contributes"]["configuration"]
        groups = before if isinstance(before, list) else [before]
        kept = {name: value for group in groups for name, value in group.get("properties", {}).items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise HeaplineError(
            f"vscode-extension/package.json has no list contributes.configuration ({error!r}): "
            'add "contributes": {"configuration": []} and run this again'
        ) from error
    prefixes = tuple(f"heapline.{group}." for group in CLIENT_ONLY)
    own = {name: value for name, value in kept.items() if name.startswith(prefixes)}
    after = [*_groups(), {"title": "Server", "properties": own}]
    if before == after:
        return text
    package["contributes"]["configuration"] = after
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _groups() -> list[dict[str, Any]]:
    """The settings as VS Code's page of settings groups them: those of no table first, then table by table."""
    tables: dict[str, dict[str, object]] = {"": {}}
    for setting in SETTINGS.values():
        table = setting.name.rpartition(".")[0]
        tables.setdefault(table, {})[f"heapline.{setting.name}"] = _property(setting)
    return [{"title": _title(table), "properties": properties} for table, properties in tables.items()]


def _title(table: str) -> str:
    return re.sub(r"(?<=[a-z])[A-Z]", lambda found: f" {found[0].lower()}", table).capitalize() or "General"


def main() -> int:
    """Writes both files, or with ``--check`` names those that are not up to date. Returns the exit code."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write what is derived from the tree of settings.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a file is not up to date")
    check = parser.parse_args().check
    page, package = CHECKOUT / "docs/settings.md", CHECKOUT / "vscode-extension/package.json"
    try:
        wanted = {page: docs_page(), package: package_json(_read(package))}
    except HeaplineError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if check:
            print(f"{path} is not up to date: run {COMMAND}", file=sys.stderr)
        else:
            path.write_text(wanted[path], "utf-8")
            print(f"wrote {path}")
    return 1 if check and stale else 0


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise HeaplineError(f"{path} cannot be read ({error.strerror}): run this in a checkout of Heapline") from error


def _section(setting: Setting) -> str:
    default = json.dumps(setting.default)
    return f"## `{setting.name}`\n\n{setting.doc}\n\nDefault: `{default}`. Allowed: {setting.expected}.\n"


def _property(setting: Setting) -> dict[str, object]:
    """The setting as VS Code wants it: JSON Schema with a description in Markdown."""
    types = {bool: "boolean", int: "integer", float: "number", str: "string"}
    schema: dict[str, object] = {
        # A folder has its own file of settings, so it may have its own values here as well.
        "scope": "resource",
        "type": types.get(setting.kind, "string" if setting.choices else "array"),
        "default": setting.default,
        "markdownDescription": setting.doc,
    }
    if setting.choices:
        schema["enum"] = list(setting.choices)
    if setting.limits is not None:
        schema["minimum"], schema["maximum"] = setting.limits
    if schema["type"] == "array":
        schema |= {"default": [], "items": _MAPPING if setting.kind == MAPPINGS else {"type": "string", "minLength": 1}}
    return schema


def _toml() -> str:
    tables = {"": ""} | {group: f"\n[{group}]\n" for group in sorted(GROUPS)}
    for setting in SETTINGS.values():
        group, _, key = setting.name.rpartition(".")
        tables[group] += f"{key} = {json.dumps(setting.default)}\n"
    return "".join(tables.values())


if __name__ == "__main__":
    sys.exit(main())
