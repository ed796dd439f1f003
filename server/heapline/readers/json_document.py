"""Reports that are one JSON document: it is whole, or nothing of it can be read."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from heapline.profile import Measures, Problem, Profile
from heapline.readers.text import LARGEST

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.profile import Format


def load(stream: BinaryIO) -> tuple[Any, list[Problem]]:
    """The document, or None and why there is none."""
    try:
        return orjson.loads(stream.read()), []
    except orjson.JSONDecodeError as error:
        what = "cut" if error.pos >= len(error.doc) else "damaged"
        return None, [Problem(error.lineno, f"The JSON is {what} here ({error.msg}): nothing of it can be read.")]
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return None, [Problem(None, "The compressed data is damaged or cut: nothing of the JSON in it can be read.")]


def nothing(path: Path, name: Format, problems: list[Problem]) -> Profile:
    """The profile of a document that could not be read."""
    return Profile(path, name, 1, 1, True, Measures(), (), tuple(problems))


def count(value: Any) -> int | None:
    """The number, if it is a count that can be true."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST else None


def mapping(value: Any) -> dict[str, Any]:
    """The object, empty if it is none."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The array, empty if it is none."""
    return value if isinstance(value, list) else []
