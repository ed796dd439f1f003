"""Pages that commands write into the cache directory, for any editor to open."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from heapline.heap import cache

if TYPE_CHECKING:
    from pathlib import Path


def write(kind: str, subject: str, content: str) -> Path:
    """Keep a page about a subject, in the place of an earlier one about it; gives its path."""
    pages = cache.directory() / "pages"
    pages.mkdir(mode=0o700, exist_ok=True)
    key = blake2b(subject.encode(errors="surrogateescape"), digest_size=6).hexdigest()
    page = pages / f"{kind}-{key}.md"
    page.write_text(content, encoding="utf-8", errors="replace")
    return page
