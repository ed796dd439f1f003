"""The tree of settings as a flat table: one ``Setting`` per value, which knows what it accepts."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, get_args, get_origin, get_type_hints

from heapline.settings.tree import PathMapping, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_SHOWN = 60
MAX_STARS = 4
"""In the beginning of a path: the time to match one grows by a power with each."""
MAPPINGS = tuple[PathMapping, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that can be set. ``name`` is dotted camelCase (``codeLens.enabled``).

    ``kind`` is its type in the tree, ``default`` and ``doc`` are as the tree has them.
    ``limits`` are the smallest and the largest number allowed, ``None`` for what is no number.
    """

    name: str
    kind: Any
    default: object
    doc: str
    limits: tuple[int, int] | None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that are allowed, where only some are."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    @property
    def expected(self) -> str:
        """What a value must be, to follow "must be" in a sentence."""
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        if self.kind is bool:
            return "true or false"
        if self.kind is str:
            return "a string"
        if self.kind == MAPPINGS:
            return 'a list of tables, each with a folder "from" (of at most four stars) and a folder "to"'
        if self.limits is None:
            return "a list of strings, none of them empty"
        low, high = self.limits
        return f"a {'whole ' if self.kind is int else ''}number from {low} to {high}"

    def read(self, value: object) -> object:
        """The value as the tree holds it, from what JSON or TOML gave.

        Raises ``ValueError`` with the rest of a sentence that begins with the setting's name.
        """
        accepted: object = None
        if self.choices:
            accepted = value if value in self.choices else None
        elif self.kind is bool:
            accepted = value if isinstance(value, bool) else None
        elif self.kind is str:
            accepted = value.strip() if isinstance(value, str) and "\0" not in value else None
        elif self.limits is not None:
            accepted = self._read_number(value, *self.limits)
        elif self.kind == MAPPINGS and isinstance(value, list) and all(map(_is_mapping, value)):
            accepted = tuple(PathMapping(item["from"], item["to"]) for item in value)
        elif self.kind != MAPPINGS and isinstance(value, list) and all(map(_is_name, value)):
            accepted = tuple(value)
        elif value == {}:  # Lua's empty table is a list and a table
            accepted = ()
        if accepted is None:
            raise ValueError(f"is {show(value)}, but must be {self.expected}")
        return accepted

    def _read_number(self, value: object, low: int, high: int) -> int | float | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            return None
        if self.kind is float:
            return float(value)
        # Where a language has one type of number, an editor may write 50 as 50.0.
        return int(value) if value == int(value) else None


def _is_name(item: object) -> bool:
    return isinstance(item, str) and bool(item.strip()) and "\0" not in item


def _is_mapping(item: object) -> bool:
    if not isinstance(item, dict) or set(item) != {"from", "to"} or not all(map(_is_name, item.values())):
        return False
    return bool(item["from"].count("*") <= MAX_STARS)


def show(value: object) -> str:
    """A value for a message: short and on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if isinstance(value, int) and value.bit_length() > 64:  # Python refuses to print the longest ones
        return "a number of more than 64 bits"
    if isinstance(value, int | float):
        return str(value)
    return "a table" if isinstance(value, dict) else f"a {type(value).__name__}"


def printable(text: str) -> str:
    """The text, cut to ``MAX_SHOWN`` characters, with what would control a terminal or a line escaped."""
    start = text[:MAX_SHOWN]
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in start)
    return escaped if start == text else f"{escaped}…"


def build(values: Mapping[str, object]) -> Settings:
    """The tree, from what ``Setting.read`` gave, by dotted name; the default for each that is absent."""
    return Settings(**_arguments(Settings, values, ""))


def _arguments(group: type, values: Mapping[str, object], prefix: str) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for attribute, name, kind in _children(group, prefix):
        if _is_group(kind):
            arguments[attribute] = kind(**_arguments(kind, values, f"{name}."))
        elif name in values:
            arguments[attribute] = values[name]
    return arguments


def _walk(group: type, prefix: str = "") -> Iterator[Setting]:
    by_attribute = {f.name: f for f in fields(group)}
    for attribute, name, kind in _children(group, prefix):
        if _is_group(kind):
            yield from _walk(kind, f"{name}.")
        else:
            own = by_attribute[attribute]
            yield Setting(name, kind, own.default, own.metadata["doc"], own.metadata.get("range"))


def _is_group(kind: Any) -> TypeGuard[type]:
    return is_dataclass(kind)


def _children(group: type, prefix: str) -> Iterator[tuple[str, str, Any]]:
    """Attribute, dotted name and type of each field of a group."""
    for attribute, kind in get_type_hints(group).items():
        first, *others = attribute.split("_")
        yield attribute, prefix + first + "".join(map(str.capitalize, others)), kind


SETTINGS = {setting.name: setting for setting in _walk(Settings)}
GROUPS = {name.rpartition(".")[0] for name in SETTINGS} - {""}
