"""One spelling for the paths of all systems, so that they can be compared: slashes, drives, cases, accents."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from urllib.parse import unquote

_URI = re.compile(r"file:(?://(?:localhost)?)?(?:/(?=[A-Za-z]:/))?", re.IGNORECASE)
_WSL = re.compile(r"//(?:wsl\$|wsl\.localhost)/[^/]+/", re.IGNORECASE)
_MOUNTED = ("/mnt/", "/cygdrive/")
_DRIVE = re.compile(r"(?:([A-Za-z]):|/(?:mnt|cygdrive)/([A-Za-z]))/")
_UNTIDY = re.compile(r"//|(?:^|/)\.\.?(?:/|\Z)|/\Z")


def spelled(path: str) -> str:
    r"""The path as it is called inside of WSL, whatever system it was recorded on.

    `/mnt/c/src/x.rb` for `C:\src\x.rb`, `/home/me/x.rb` for `\\wsl$\Ubuntu\home\me\x.rb`; a `file:` URI is decoded;
    `.`, `..` and doubled slashes are gone, but for the `..` that lead out of a relative path.
    """
    if path[:5].lower() == "file:":
        path = unquote(_URI.sub("", path, count=1))
    path = path.replace("\\", "/")
    if path.startswith("//"):
        path = _WSL.sub("/", path, count=1)
    if path[1:2] == ":" or path.startswith(_MOUNTED):
        drive = _DRIVE.match(path)
        if drive:
            path = f"/mnt/{(drive[1] or drive[2]).lower()}/{path[drive.end() :]}"
    # Few paths have a sign of it, and to search a path takes longer than all else here.
    if (path.startswith(".") or "/." in path or "//" in path or path.endswith("/")) and _UNTIDY.search(path):
        path = posixpath.normpath(path)
        path = path[1:] if path.startswith("//") else path
    return path


def folded(path: str) -> str:
    """What two spellings of one name have in common where cases, or ways to compose an accent, make no difference."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def is_absolute(path: str) -> bool:
    """Whether a path as `spelled` gives it begins at a root."""
    return path.startswith("/")


def stays_inside(path: str) -> bool:
    """Whether a relative path, whatever system it is of, leads to nothing outside of where it begins."""
    return not path.startswith(("/", "\\")) and ":" not in path and ".." not in path.replace("\\", "/").split("/")
