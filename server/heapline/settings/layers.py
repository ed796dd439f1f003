"""Settings from their sources, each on top of the one before: defaults, ``.heapline.toml``, the editor.

Nothing here raises on what a source contains: a bad value becomes a sentence for the user, and the
value below it holds.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from heapline.settings.schema import GROUPS, SETTINGS, Setting, build, printable, show
from heapline.settings.tree import PathMapping

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from heapline.settings.tree import Settings

TOML_NAME = ".heapline.toml"
# The parser's time grows with the square of a dotted key's length; 16 kB keep it at about a second.
MAX_TOML_BYTES = 16 * 1024
# Editors send the tree bare or under one of these.
WRAPPERS = frozenset({"settings", "heapline"})
# The VS Code extension's own settings, which arrive along with the server's; and what a client says of the workspace,
# which a file of the workspace must not say.
CLIENT_ONLY = frozenset({"server", "trace", "trusted"})


def resolve(toml: Path | None, editor: object | None) -> tuple[Settings, list[str]]:
    """The settings of one workspace folder, and a sentence for each thing that is wrong with them.

    ``toml`` is the folder's ``.heapline.toml``; it need not exist. ``editor`` is what came as
    ``initializationOptions``, for ``workspace/configuration`` or with ``workspace/didChangeConfiguration``:
    the tree of settings as JSON gave it, bare or under ``settings`` or ``heapline``.

    VS Code always sends every setting, those at their default too. So a value of the editor counts only where
    it differs from the default: what ``.heapline.toml`` sets cannot be put back to its default by an editor.
    """
    chosen: dict[str, object] = {}
    problems: list[str] = []
    if toml is not None:
        tree, problems = load_toml(toml)
        chosen, wrong = _read_layer(_flatten(tree), f"{toml}: ")
        problems += wrong
        problems += _keep_inside(toml, chosen)
    tree_of_editor = _table(editor)
    if tree_of_editor is None:
        problems.append(f"The editor's settings are {show(editor)}, but must be a table; they are ignored.")
    else:
        named = _flatten(tree_of_editor, WRAPPERS)
        sent = ((name, value) for name, value in named if name.partition(".")[0] not in CLIENT_ONLY)
        values, wrong = _read_layer(sent, "The editor's setting heapline.")
        chosen |= {name: value for name, value in values.items() if value != SETTINGS[name].default}
        problems += wrong
    return build(chosen), problems


def sources(toml: Path) -> list[tuple[Setting, object, str | None]]:
    """Each setting with its value where `.heapline.toml` alone speaks, and the file if it says that, else None."""
    tree, _ = load_toml(toml)
    chosen, _ = _read_layer(_flatten(tree), "")
    _keep_inside(toml, chosen)
    return [
        (setting, chosen.get(name, setting.default), str(toml) if name in chosen else None)
        for name, setting in SETTINGS.items()
    ]


def _keep_inside(toml: Path, chosen: dict[str, object]) -> list[str]:
    """Take out of the file's values what leads out of its folder; a sentence for each."""
    problems = []
    for name, what in (("reports", "a glob"), ("pathMappings", "a folder")):
        values = chosen.get(name, ())
        assert isinstance(values, tuple)  # noqa: S101 -- lists are read as tuples
        places = [value.folder if isinstance(value, PathMapping) else str(value) for value in values]
        problems += [
            f"{toml}: {name} has {show(place)}, but {what} in this file must stay inside the folder "
            "(relative, without ..); it is ignored."
            for place in places
            if leaves_folder(place)
        ]
        if name in chosen:
            kept = (value for value, place in zip(values, places, strict=True) if not leaves_folder(place))
            chosen[name] = tuple(kept)
    return problems


def load_toml(path: Path) -> tuple[dict[str, object], list[str]]:
    """The file's tables as they stand, and a sentence if it cannot be read; empty if it is absent."""
    try:
        if not path.exists():
            return {}, []
        if not path.is_file():  # opening a FIFO would wait, reading a device would not end
            return {}, [f"{path} is not a regular file; it is ignored."]
        with path.open("rb") as file:
            content = file.read(MAX_TOML_BYTES + 1)
        if len(content) > MAX_TOML_BYTES:
            return {}, [f"{path} is larger than {MAX_TOML_BYTES // 1024} kB; it is ignored."]
        return tomllib.loads(content.decode("utf-8-sig")), []
    except OSError as error:
        return {}, [f"{path} cannot be read ({error.strerror}); it is ignored."]
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return {}, [f"{path} is not UTF-8 (at line {line}); it is ignored until that is corrected."]
    except RecursionError:
        return {}, [f"{path} is nested too deeply; it is ignored until that is corrected."]
    except ValueError as error:  # TOMLDecodeError, and a number with more digits than Python converts
        return {}, [f"{path} is not TOML: {error}; it is ignored until that is corrected."]


def leaves_folder(glob: str) -> bool:
    """Whether a glob names, on any system, a place that is not below the folder it is relative to.

    Looks at the text alone: what the glob matches may still be a symbolic link that leads out.
    """
    path = PureWindowsPath(glob)  # knows both slashes and drives
    return bool(path.anchor) or glob.startswith("~") or any(part.strip() == ".." for part in path.parts)


def _read_layer(named: Iterable[tuple[str, object]], where: str) -> tuple[dict[str, object], list[str]]:
    """The good values by name, and a sentence that begins with ``where`` for each bad one."""
    values: dict[str, object] = {}
    problems: list[str] = []
    for name, value in named:
        if name in SETTINGS:
            try:
                values[name] = SETTINGS[name].read(value)
            except ValueError as error:
                problems.append(f"{where}{name} {error}; it is ignored.")
        elif name in GROUPS:
            problems.append(f"{where}{name} is {show(value)}, but must be a table; it is ignored.")
        else:
            near = get_close_matches(name, [*SETTINGS, *GROUPS], n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            problems.append(f"{where}{printable(name)} is not a setting{hint}; it is ignored.")
    return values, problems


def _flatten(
    tree: Mapping[str, object], wrappers: frozenset[str] = frozenset(), prefix: str = ""
) -> Iterator[tuple[str, object]]:
    """Dotted names and values, without nulls.

    Names in ``tree`` may be dotted already. What is under a wrapper counts as if it stood beside it.
    """
    for key, value in tree.items():
        name = prefix + key
        table = _table(value)
        if name in wrappers and table is not None:
            yield from _flatten(table, wrappers - {name})
        elif name in GROUPS and table is not None:
            yield from _flatten(table, prefix=f"{name}.")
        elif value is not None:
            yield name, value


def _table(value: object) -> Mapping[str, object] | None:
    """The value as a table, ``None`` if it is none."""
    if value is None or value == []:  # Lua writes an empty table as an empty list
        return {}
    return value if isinstance(value, Mapping) else None
