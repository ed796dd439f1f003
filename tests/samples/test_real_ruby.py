"""Dumps that real Rubies write now, on this machine, read beside what the same Rubies count."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from heapline.heap.steps import build
from heapline.report import Report, open_report
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

RUBIES = SAMPLES / "rubies"
VERSIONS = ("3.2", "3.3", "3.4", "4.0")


def read(dump: Path) -> Report:
    build(dump, lambda *_: None, lambda: None)
    return open_report(dump)


def by_site(report: Report) -> dict[tuple[str, int], tuple[int | None, int | None]]:
    return {
        (site.path, site.line): (site.measures.live_objects, site.measures.live_bytes) for site in report.profile.sites
    }


def test_a_dump_taken_now_has_the_sites_that_ruby_counts(tmp_path: Path) -> None:
    # GIVEN Ruby, and a copy of the sample programs
    if shutil.which("ruby") is None:
        pytest.skip("NOT TESTED: a dump taken now, because ruby is not installed")
    if subprocess.run(["ruby", "-e", 'require "memory_profiler"'], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a dump taken now, because the gem memory_profiler is not installed")
    for part in ("capture", "weakmap"):
        shutil.copytree(SAMPLES / part, tmp_path / "samples" / part)
    # WHEN a sample runs with tracing, and Ruby counts what it has at the same time
    subprocess.run(
        ["sh", tmp_path / "samples/capture/capture.sh", "weakmap"],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HEAPLINE_SAMPLE_ROOT": str(tmp_path / "root")},
        check=True,
    )
    reports = tmp_path / "samples/weakmap/reports"
    for number in (1, 2, 3):
        oracle = json.loads(gzip.decompress((reports / f"oracle-{number}.json.gz").read_bytes()))["dump_lines"]
        report = read(reports / f"heap-{number}.json.gz")
        # THEN each line of the dump is where Ruby says, to the object and to the byte
        assert by_site(report) == {
            (site["path"], site["line"]): (site["objects"], site["bytes"]) for site in oracle["sites"]
        }
        # AND the leak retains more from dump to dump
        retained = {(site.path, site.line): site.measures.retained_size or 0 for site in report.profile.sites}
        assert max(retained.values()) > 0
        report.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_dump_of_another_ruby_taken_now_is_read_to_the_byte(version: str, tmp_path: Path) -> None:
    # GIVEN a Ruby of this version, built as WebAssembly
    if shutil.which("node") is None or not (RUBIES / f"node_modules/@ruby/{version}-wasm-wasi").exists():
        pytest.skip(f"NOT TESTED: a dump of Ruby {version} taken now (npm ci in samples/rubies brings that Ruby)")
    # WHEN it takes a dump
    subprocess.run(["node", RUBIES / "run.mjs", version, "full", tmp_path], check=True)
    dump = tmp_path / "full.json"
    report = read(dump)
    # THEN every line that is JSON is counted, by type, to the byte
    expected: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    damaged = 0
    for line in dump.read_bytes().splitlines():
        try:
            item: dict[str, Any] = json.loads(line)
        except ValueError:
            damaged += 1
            continue
        if item["type"] not in ("ROOT", "SHAPE", "NONE"):
            expected[item["type"]] += 1
            sizes[item["type"]] += item.get("memsize", 0)
    totals = report.profile.totals
    assert totals.live_objects is not None
    assert totals.live_bytes is not None
    assert expected.total() <= totals.live_objects <= expected.total() + damaged
    assert damaged or totals.live_bytes == sizes.total()
    # AND all of it can be held by something: the roots reach nearly everything
    assert report.graph is not None
    assert report.graph.summary.reachable_objects > 0.95 * totals.live_objects
    report.close()
