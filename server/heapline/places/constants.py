"""Constants that a line of a workspace file gives a value to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heapline.places.mapping import Place

_ASSIGNMENT = re.compile(r"\s*(?:[A-Z]\w*::)*([A-Z]\w*)\s*(?:\|\||&&)?=(?![=~>])")


def constant_at(place: Place) -> str | None:
    """The constant of a line that reads `NAME = …`, as `constant_in`; None if the file cannot be read."""
    try:
        with place.file.open(encoding="utf-8", errors="replace", newline="\n") as source:
            return constant_in(next((text for number, text in enumerate(source, start=1) if number == place.line), ""))
    except OSError:
        return None


def constant_in(text: str) -> str | None:
    """The constant that a line gives a value to (`NAME = …`), without what it is part of; None for every other line."""
    form = _ASSIGNMENT.match(text)
    return form[1] if form else None


def qualified(constant: str, owner: str | None) -> str:
    """The constant as it is called from elsewhere: `Cache::STORE` if `module Cache` holds its value."""
    kind, _, name = (owner or "").partition(" ")
    return f"{name}::{constant}" if kind in ("class", "module") and name != "Object" else constant
