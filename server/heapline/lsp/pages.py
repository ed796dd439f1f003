"""Pages that commands write into the cache directory, for any editor to open."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from heapline.heap import cache

if TYPE_CHECKING:
    from pathlib import Path


def write(kind: str, subject: str, content: str, ending: str = ".md") -> Path:
    """Keep a page about a subject, in the place of an earlier one about it; gives its path."""
    page = path_of(kind, subject, ending)
    page.parent.mkdir(mode=0o700, exist_ok=True)
    page.write_text(content, encoding="utf-8", errors="replace")
    return page


def path_of(kind: str, subject: str, ending: str = ".md") -> Path:
    """Where the page about a subject is, or will be."""
    key = blake2b(subject.encode(errors="surrogateescape"), digest_size=6).hexdigest()
    return cache.directory() / "pages" / f"{kind}-{key}{ending}"
