"""Globs that name files of a folder, as text: what they match need not be there."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=64)
def _form(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_one(glob)})(?:/.*)?" for glob in globs), re.DOTALL)


def matches(globs: tuple[str, ...], below: str) -> bool:
    """Whether one of the globs names the file at this path (with forward slashes) below the folder, or a folder of it.

    `*` and `?` stand for any part of one name, `**` for any number of folders, so that `vendor` and `**/*_pb.rb` name
    files as everybody expects.
    """
    return bool(globs) and _form(globs).fullmatch(below) is not None


def is_glob(text: str) -> bool:
    """Whether the text has a sign that stands for others."""
    return "*" in text or "?" in text


def literal(path: str) -> str:
    """The glob that names just this file."""
    return re.sub(r"[*?\[\]]", "?", path)


def _one(glob: str) -> str:
    parts = [part for part in glob.replace("\\", "/").split("/") if part not in ("", ".")]
    form = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            form += ".*" if last else "(?:[^/]+/)*"
            continue
        form += "".join({"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character)) for character in part)
        form += "" if last else "/"
    return form or "(?!)"
