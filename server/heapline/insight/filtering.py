"""The lines of some files, by recorded path or by the path in the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapline.settings.matching import is_glob, matches

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.places.mapping import Place


@dataclass(frozen=True, slots=True)
class Filter:
    """Which files' lines are asked for: those that fit one of `only`, if there is any, and none of `ignore`.

    A file fits a text that is in its path, as recorded or below the `folder`, and a glob that names it there.
    """

    folder: Path
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def keeps(self, path: str, place: Place | None) -> bool:
        """Whether lines of this recorded path, with this place, are asked for."""
        names = [path]
        if place is not None:
            inside = place.file.is_relative_to(self.folder)
            names.append(place.file.relative_to(self.folder).as_posix() if inside else place.file.as_posix())
        fits = (not self.only) or any(_fits(wanted, names) for wanted in self.only)
        return fits and not any(_fits(unwanted, names) for unwanted in self.ignore)


def _fits(text: str, names: list[str]) -> bool:
    if is_glob(text):
        return any(matches((text,), name.lstrip("/")) for name in names)
    return any(text in name for name in names)
