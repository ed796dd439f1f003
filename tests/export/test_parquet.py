"""Parquet, read by Apache Arrow: every line, object, reference and root of a heap, as plain Python sees them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as arrow
import pytest
from exporting import CHECKOUT, DUMP, REPORTS, SINCE, TEXT, columns_of, sites

from brute_force import Heap, heap_of
from sample_files import sample_id

PAGE = Path(__file__).parents[2] / "docs/export.md"


@pytest.fixture(scope="module")
def dump_tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The tables of the dump."""
    return tables(DUMP, tmp_path_factory.mktemp("parquet") / "heap")


def tables(report: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What Arrow reads of an export: rows by the name of the file."""
    command = [sys.executable, "-m", "heapline", "export", str(report), "--format", "parquet", "-o", str(folder)]
    subprocess.run([*command, "--workspace", str(CHECKOUT)], check=True)
    return {file.stem: arrow.read_table(file).to_pylist() for file in sorted(folder.iterdir())}


def test_duckdb_answers_the_documented_query(tmp_path: Path) -> None:
    # GIVEN the query of the documentation, and the export that it is about
    tables(DUMP, tmp_path / "heap")
    [query] = re.findall(r'duckdb -c "(.+)"', PAGE.read_text(encoding="utf-8"))
    # WHEN DuckDB is asked
    rows = duckdb.execute(query.replace("tmp/heap", str(tmp_path / "heap"))).fetchall()
    # THEN the classes of the objects that nothing but roots holds come with what they retain, the largest first
    tops = Counter[str]()
    for row in arrow.read_table(tmp_path / "heap/object.parquet").to_pylist():
        if row["dominator"] is None:
            tops[row["name"]] += row["retained_size"] or 0
    assert [size for _, size in rows] == [size for _, size in tops.most_common(10)]


@cache
def heap() -> Heap:
    return heap_of(DUMP)


def test_a_dump_has_four_tables_a_text_one(dump_tables: dict[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    # GIVEN a dump with roots, one without, and a text
    # WHEN they are exported
    # THEN each has what it knows
    assert list(dump_tables) == ["line", "object", "reference", "root"]
    assert list(tables(SINCE, tmp_path / "since")) == ["line", "object"]
    assert list(tables(TEXT, tmp_path / "text")) == ["line"]


@pytest.mark.parametrize("report", REPORTS, ids=sample_id)
def test_lines_are_those_of_the_json(report: Path, tmp_path: Path) -> None:
    # GIVEN a report's lines WHEN Arrow reads them THEN all numbers are there, null where they are unknown
    rows = tables(report, tmp_path / "out")["line"]
    expected = sites(report)
    assert len(rows) == len(expected)
    for row, site in zip(rows, expected, strict=True):
        place = site["place"] or {"file": None, "line": None}
        assert (row.pop("file"), row.pop("file_line")) == (place["file"], place["line"])
        assert row == {name: columns_of(site).get(name) for name in row}


def test_objects_are_those_of_the_dump(dump_tables: dict[str, list[dict[str, Any]]]) -> None:
    # GIVEN the objects of the dump
    rows = dump_tables["object"]
    assert len(rows) == len(heap().items)
    # WHEN each is looked up by its address
    for row in rows:
        one = heap().items[heap().node[hex(row["address"])] - 1]
        # THEN it is as Ruby wrote it
        assert (row["type"], row["memsize"]) == (one["type"], one.get("memsize", 0))
        assert (row["file"], row["line"], row["method"]) == (one.get("file"), one.get("line"), one.get("method"))
        assert row["reachable"] == (heap().node[hex(row["address"])] in heap().reachable)


def test_the_largest_retained_sizes_are_right(dump_tables: dict[str, list[dict[str, Any]]]) -> None:
    # GIVEN the objects that retain most
    rows = sorted(dump_tables["object"], key=lambda row: -(row["retained_size"] or 0))[:5]
    for row in rows:
        # WHEN plain Python takes each away
        lost = heap().lost([heap().node[hex(row["address"])]])
        # THEN so much goes with it
        assert (row["retained_size"], row["dominated_objects"]) == (
            sum(heap().weight[node] for node in lost),
            len(lost),
        )


def test_references_are_those_of_the_dump(dump_tables: dict[str, list[dict[str, Any]]]) -> None:
    # GIVEN the references of the dump, by plain Python
    node_of = {row["id"]: heap().node[hex(row["address"])] for row in dump_tables["object"]}
    expected = {(node, target) for node in node_of.values() for target in heap().edges[node]}
    # WHEN Arrow reads ours
    found = [(node_of[row["source"]], node_of[row["target"]]) for row in dump_tables["reference"]]
    # THEN they are the same, each once
    assert set(found) == expected
    assert len(found) == len(expected)
    # AND so are those of the roots
    named = {
        (category, heap().node[address])
        for category, addresses in heap().roots.items()
        for address in addresses
        if address in heap().node
    }
    assert {(row["category"], node_of[row["id"]]) for row in dump_tables["root"]} == named
