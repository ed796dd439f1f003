"""A dump that takes long enough to be caught while it is read."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from lsp.oracle import DUMP

if TYPE_CHECKING:
    from pathlib import Path

COPIES = 8


@pytest.fixture(scope="session")
def big_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real dump's objects many times over, each time at other addresses; about 80 MB."""
    lines = gzip.decompress(DUMP.read_bytes())
    path = tmp_path_factory.mktemp("big") / "big.json"
    with path.open("wb") as out:
        for copy in range(1, COPIES + 1):
            out.write(lines.replace(b'"0x7f', b'"0x%x7f' % copy))
    return path
