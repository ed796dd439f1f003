"""A dump that takes long enough to be caught while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lsp.oracle import DUMP
from sample_files import write_large

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def big_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real dump's objects many times over; about 80 MB."""
    return write_large(DUMP, tmp_path_factory.mktemp("big") / "big.json")
