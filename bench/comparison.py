"""Three dumps of one process compared, indexed already: seconds and memory. `python bench/comparison.py 1000000`.

Beside them `heapy diff` on the same files, where it is installed, and what a comparison by address alone, as it does
it, misses of what is new: objects in slots that others had before.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from heapline.heap import snapshots
from heapline.heap.index import HeapIndex, open_index
from heapline.heap.steps import build
from heapline.insight.comparison import compare
from heapline.insight.growth import by_holder
from heapline.insight.suspects import suspects_in

PROGRAM = """\
require "objspace"
ObjectSpace.trace_object_allocations_start
KEPT = []
PASSING = {}
objects = Integer(ARGV[0])
(objects / 2).times { |i| KEPT << "kept #{i}" << [i, i + 1] }
%w[a b c].each do |name|
  (objects / 20).times { |i| KEPT << { "new" => "#{name} #{i}" } }
  PASSING.clear
  (objects / 20).times { |i| PASSING["#{name} #{i}"] = [i] }
  GC.start
  File.open("#{name}.json", "w") { |out| ObjectSpace.dump_all(output: out) }
end
"""


def main() -> None:
    """Make the dumps unless they are there, index them, and print what comparing them takes."""
    objects = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    folder = Path(tempfile.gettempdir()) / "heapline-bench" / f"series-{objects}"
    os.environ["HEAPLINE_CACHE_DIR"] = str(folder / "cache")
    dumps = [folder / f"{name}.json" for name in "abc"]
    if not dumps[-1].exists():
        folder.mkdir(parents=True, exist_ok=True)
        ruby = shutil.which("ruby") or sys.exit("bench: ruby is needed to make the dumps")
        subprocess.run([ruby, "--disable-gems", "-e", PROGRAM, objects], cwd=folder, check=True)
    print_heapy(dumps)
    for dump in dumps:
        build(dump, lambda *_: None, lambda: None)
    with ExitStack() as stack:
        indexes = []
        for dump in dumps:
            index = open_index(dump) or sys.exit(f"bench: {dump} has no index")
            stack.callback(index.close)
            indexes.append(index)
        print_times(indexes, [dump.name for dump in dumps])
        print_addresses(indexes)


def print_heapy(dumps: list[Path]) -> None:
    """`heapline diff` on dumps that are not indexed yet and then on indexed ones, and `heapy diff` on the same."""
    shutil.rmtree(os.environ["HEAPLINE_CACHE_DIR"], ignore_errors=True)
    ours = [seconds_of(sys.executable, "-m", "heapline", "diff", *dumps) for _ in range(2)]
    for name, seconds in zip(("indexing included", "indexed"), ours, strict=True):
        print(f"heapline diff, {name:<24} {seconds:7.2f}")
    heapy = shutil.which("heapy")
    if heapy is None:
        print("heapy diff: not compared, for heapy is not installed\n")
        return
    theirs = seconds_of(heapy, "diff", *dumps)
    print(f"heapy diff                              {theirs:7.2f}")
    print(f"so many times as long                   {theirs / ours[0]:7.1f}   and {theirs / ours[1]:.0f}\n")


def seconds_of(*command: str | Path) -> float:
    """How long a program takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def print_times(indexes: list[HeapIndex], names: list[str]) -> None:
    """Comparing by line and class, explaining it by holders, and suspects."""
    print(f"live objects in each: {', '.join(f'{index.report.live_objects:,}' for index in indexes)}")
    start, start_cpu = time.perf_counter(), time.process_time()
    found = compare(indexes, names)
    compared, compared_cpu = time.perf_counter(), time.process_time()
    graph = indexes[-1].graph
    if graph is None or found.grown is None:
        sys.exit("bench: the dumps are of no process with roots")
    by_holder(graph, found.grown)
    explained = time.perf_counter()
    suspects_in(indexes)
    suspected = time.perf_counter()
    print(f"new, gone and staying, by line and class {compared - start:6.2f}, processor {compared_cpu - start_cpu:.2f}")
    print(f"explained by holders                    {explained - compared:7.2f}")
    print(f"leak suspects                           {suspected - explained:7.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"peak memory, indexing included          {peak:7.0f} MB\n")


def print_addresses(indexes: list[HeapIndex]) -> None:
    """What is new, and how much of it lies at addresses that were in use before."""
    (old, _, new), _ = snapshots.read(indexes)
    is_new = snapshots.match(old, new).new
    by_address = ~np.isin(new.address, old.address)
    print(f"new by address and generation           {np.count_nonzero(is_new):,}")
    print(f"missed by address alone                 {np.count_nonzero(is_new & ~by_address):,}")


if __name__ == "__main__":
    main()
