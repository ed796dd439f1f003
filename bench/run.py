"""The figures of Heapline beside what they are compared with, in one run: `make bench OBJECTS=5000000`.

A dump of the wanted size is made with real Ruby once (samples/grow) and kept in the system's temporary directory.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson
from keystroke import print_keystrokes
from latency import print_latency
from long_text import print_long_text
from peers import print_peers
from processes import index_with_events
from stall import print_stall

from heapline.heap import cache
from heapline.heap.holders import of_site, paths_to
from heapline.report import open_report
from places import print_places

GROW = Path(__file__).resolve().parents[1] / "samples" / "grow" / "grow.rb"
MEGABYTE = 1_000_000


def main() -> None:
    """Parse the arguments and print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("objects", nargs="?", type=int, default=1_000_000, help="in the dump (default: 1000000)")
    parser.add_argument("--dump", type=Path, help="use this dump instead of making one")
    arguments = parser.parse_args()
    folder = Path(tempfile.gettempdir()) / "heapline-bench"
    folder.mkdir(exist_ok=True)
    os.environ["HEAPLINE_CACHE_DIR"] = str(folder / "cache")
    shutil.rmtree(folder / "cache", ignore_errors=True)
    dump = arguments.dump or make_dump(folder, arguments.objects)
    packed = pack(dump, folder)
    sizes = [path.stat().st_size / MEGABYTE for path in (dump, packed)]
    print(f"{dump.name}: {sizes[0]:,.0f} MB plain, {sizes[1]:,.0f} MB gzip")
    print(f"{os.cpu_count()} cores; seconds of wall time, the least of two runs\n")
    retained = print_indexing("plain", dump)
    print_indexing("gzip", packed)
    print_peers(dump, retained)
    print_reopening(dump)
    print_questions(dump)
    print_latency(dump, packed)
    print_places()
    print_stall()
    print_keystrokes()
    print_long_text()
    print("\nthe kernel")
    subprocess.run([sys.executable, str(Path(__file__).with_name("dominators.py")), "1000000"], check=True)


def make_dump(folder: Path, objects: int) -> Path:
    """A dump with this many objects, made by Ruby unless it is there."""
    dump = folder / f"grow-{objects}.json"
    if not dump.exists():
        ruby = shutil.which("ruby") or sys.exit("bench: ruby is needed to make a dump (or name one with --dump)")
        partial = dump.with_suffix(".partial")
        subprocess.run([ruby, "--disable-gems", str(GROW), str(objects), str(partial)], check=True)
        partial.rename(dump)
    return dump


def pack(dump: Path, folder: Path) -> Path:
    """The same dump, gzipped, made unless it is there."""
    packed = folder / f"{dump.name}.gz"
    if not packed.exists():
        with dump.open("rb") as plain, gzip.open(packed, "wb", compresslevel=1) as out:
            shutil.copyfileobj(plain, out, 1 << 20)
    return packed


def bare_loop(dump: Path) -> float:
    """Seconds of `for line in file: orjson.loads(line)`."""
    start = time.perf_counter()
    with gzip.open(dump, "rb") if dump.suffix == ".gz" else dump.open("rb") as stream:
        for line in stream:
            orjson.loads(line)
    return time.perf_counter() - start


def print_indexing(name: str, dump: Path) -> float:
    """First numbers, everything, and peak memory, beside the bare loop; runs of both alternate.

    Gives the seconds until the retained sizes were complete.
    """
    runs = []
    for _ in range(2):
        shutil.rmtree(cache.directory())
        runs.append((bare_loop(dump), index_with_events(dump)))
    loop = min(run[0] for run in runs)
    first = min(run[1].first_numbers for run in runs)
    retained = min(run[1].retained for run in runs)
    done = min(run[1].done for run in runs)
    peak = max(run[1].peak_bytes for run in runs)
    print(f"{name}: bare orjson loop              {loop:7.2f}")
    print(f"{name}: first numbers on the line     {first:7.2f}   {first / loop:.2f} x the loop")
    print(f"{name}: retained sizes complete       {retained:7.2f}   {retained / loop:.2f} x the loop")
    print(f"{name}: top holders, leak suspects    {done:7.2f}   {done / loop:.2f} x the loop")
    print(f"{name}: peak memory of the child      {peak / MEGABYTE:7.0f} MB\n")
    return retained


def print_reopening(dump: Path) -> None:
    """Opening an indexed dump beside indexing it."""
    shutil.rmtree(cache.directory())
    indexing = index_with_events(dump)
    start = time.perf_counter()
    open_report(dump).close()
    reopening = time.perf_counter() - start
    ratio = reopening / indexing.first_numbers
    print(f"reopening the indexed dump           {reopening:7.2f}   {ratio:.2f} x its indexing")
    sizes = sum(path.stat().st_size for path in cache.directory().iterdir())
    print(f"index and graph on disk              {sizes / MEGABYTE:7.0f} MB\n")


def print_questions(dump: Path) -> None:
    """What is answered on demand: the exact retained size and the merged paths of the largest site."""
    report = open_report(dump)
    graph = report.graph
    if graph is None:
        sys.exit("bench: the dump names no roots")
    site = max(range(len(report.profile.sites)), key=lambda i: report.profile.sites[i].measures.live_objects or 0)
    start = time.perf_counter()
    graph.exact(site)
    exact = time.perf_counter() - start
    start = time.perf_counter()
    paths_to(graph, of_site(graph, site))
    paths = time.perf_counter() - start
    objects = report.profile.sites[site].measures.live_objects or 0
    print(f"exact retained size of {objects:,} objects {exact:7.2f}")
    print(f"merged paths to them                 {paths:7.2f}\n")
    report.close()


if __name__ == "__main__":
    main()
