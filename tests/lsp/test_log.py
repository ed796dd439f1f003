"""The server's log, as those read it who show it: the VS Code extension takes each line's level from it."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

from lsp.processes import child_of
from lsp.raw import serving
from lsp.test_exit import reading

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_record_begins_with_its_time_and_level_and_its_further_lines_are_indented(
    tmp_path: Path, big_dump: Path
) -> None:
    # GIVEN a server whose child reads a dump
    log = tmp_path / "log"
    environment = {"HEAPLINE_CACHE_DIR": str(tmp_path / "cache"), "PYTHONFAULTHANDLER": "1"}
    async with serving("--log-file", str(log), **environment) as raw:
        await reading(raw, big_dump)

        # WHEN the child crashes, and says where
        os.kill(child_of(raw.process.pid), signal.SIGSEGV)
        await raw.until(method="window/showMessage")

    # THEN what it said is in the log, below the record that it belongs to
    lines = log.read_text().splitlines()
    records = [line for line in lines if not line.startswith(" ")]
    assert [record for record in records if not re.match(r"\S+ \S+ (INFO|WARNING|ERROR) \S+: ", record)] == []
    said = next(at for at, line in enumerate(lines) if line.startswith("  Fatal Python error"))
    assert " WARNING " in lines[said - 1]
