"""Constants that a line of a workspace file gives a value to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heapline.places.mapping import Place

_ASSIGNMENT = re.compile(r"\s*(?:[A-Z]\w*::)*([A-Z]\w*)\s*(?:\|\||&&)?=(?![=~>])")


def constant_at(place: Place) -> str | None:
    """The constant of a line that reads `NAME = …`, without what it is part of; None for every other line."""
    try:
        with place.file.open(encoding="utf-8", errors="replace", newline="\n") as source:
            text = next((text for number, text in enumerate(source, start=1) if number == place.line), "")
    except OSError:
        return None
    form = _ASSIGNMENT.match(text)
    return form[1] if form else None
