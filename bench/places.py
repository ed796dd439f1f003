"""How long it takes to place the sites of a large report in a large workspace, beside walking that workspace alone."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from heapline.collector import uncollected
from heapline.places.past import FolderPast
from heapline.places.placing import place_report

if TYPE_CHECKING:
    from collections.abc import Sequence

FILES = 50_000
SITES = 100_000
_COMMON_NAMES = ("version.rb", "index.rb", "show.rb", "base.rb")
"""Names that each folder has, as those of a Rails application do: what makes guessing by name slow."""


def print_places() -> None:
    """Place sites recorded in a container in a workspace of `FILES` files; prints wall and processor time."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "shop"
        files = make_workspace(workspace, FILES)
        sites = [(f"/app/{files[number % len(files)]}", 1 + number // len(files)) for number in range(SITES)]
        walking = _walk(workspace)
        start, began = time.perf_counter(), time.process_time()
        past = FolderPast(workspace, time.time_ns(), "", trusted=True)
        with uncollected():  # as the editor does
            placement = place_report([path for path, _ in sites], [past])
            inferring, inferred = time.perf_counter() - start, time.process_time() - began
            placed = sum(placement.place(path, line) is not None for path, line in sites)
        whole, taken = time.perf_counter() - start, time.process_time() - began
    print("                                        wall   processor")
    print(f"os.walk over {len(files):,} files            {walking:7.2f}")
    print(f"files of {len(files):,} recorded paths       {inferring:7.2f}     {inferred:7.2f}")
    print(f"places of {placed:,} sites            {whole:7.2f}     {taken:7.2f}   {whole / walking:.1f} x the walk\n")


def make_workspace(folder: Path, files: int) -> Sequence[str]:
    """Ruby files of a few lines in folders of a hundred; gives their paths below the folder."""
    made = []
    for number in range(0, files, 100):
        below = f"{('app', 'lib')[number // 100 % 2]}/part_{number // 1000}/group_{number // 100}"
        (folder / below).mkdir(parents=True)
        names = [*_COMMON_NAMES, *(f"item_{number + each}.rb" for each in range(100 - len(_COMMON_NAMES)))]
        for name in names:
            (folder / below / name).write_text("class Item\n  def call = []\nend\n")
            made.append(f"{below}/{name}")
    return made


def _walk(folder: Path) -> float:
    start = time.perf_counter()
    for _ in os.walk(folder):
        pass
    return time.perf_counter() - start


if __name__ == "__main__":
    print_places()
