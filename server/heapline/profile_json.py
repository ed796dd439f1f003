"""A profile as JSON, for handing it from one process to another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from heapline.profile import Amount, Frame, Measures, Problem, Profile, Site, Table

if TYPE_CHECKING:
    from pathlib import Path

_KEY = b'{"profile":'


def dump(profile: Profile) -> bytes:
    """One line. The path is left out: it may be no text, and the one who asked knows it."""
    return orjson.dumps({"profile": profile}, default=lambda _: None, option=orjson.OPT_APPEND_NEWLINE)


def is_profile(line: bytes) -> bool:
    """Whether a line is one that `dump` made."""
    return line.startswith(_KEY)


def load(line: bytes, path: Path) -> Profile:
    """The profile of the report at `path` from what `dump` made of it."""
    known: dict[str, Any] = orjson.loads(line)["profile"]
    return Profile(
        **{
            **known,
            "path": path,
            "totals": _measures(known["totals"]),
            "sites": tuple(_site(site) for site in known["sites"]),
            "problems": tuple(Problem(**problem) for problem in known["problems"]),
            "notes": tuple(known["notes"]),
            "tables": tuple(
                Table(table["title"], tuple(table["columns"]), tuple(map(tuple, table["rows"])))
                for table in known["tables"]
            ),
        }
    )


def _measures(known: dict[str, Any]) -> Measures:
    amounts = tuple(Amount(**amount) for amount in known.pop("amounts"))
    return replace(Measures(amounts=amounts), **known)


def _site(known: dict[str, Any]) -> Site:
    stack = tuple(Frame(**frame) for frame in known["stack"])
    excerpt = tuple(known["excerpt"])
    return Site(known["path"], known["line"], known["method"], _measures(known["measures"]), excerpt, stack)
