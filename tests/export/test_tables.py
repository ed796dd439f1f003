"""Exports with a row per line of code: JSON, CSV, Markdown."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from exporting import CHECKOUT, DUMP, EMPTY, HOSTILE, REPORTS, TEXT, columns_of, exported, hostile_dump, sites
from markdown_it import MarkdownIt

from sample_files import SAMPLES, sample_id

if TYPE_CHECKING:
    from pathlib import Path

    from markdown_it.token import Token


def csv_rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def markdown_cells(text: bytes) -> list[list[str]]:
    """The cells of a page's table, as a reader of GFM sees them."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text.decode())
    rows: list[list[str]] = []
    for before, token in pairwise(tokens):
        if token.type == "tr_open":
            rows.append([])
        if before.type in ("td_open", "th_open"):
            rows[-1].append("".join(child.content for child in token.children or ()))
    return rows


def inline(tokens: list[Token]) -> set[str]:
    """The kinds of everything in a page."""
    return {child.type for token in tokens for child in [token, *(token.children or ())]}


@pytest.mark.parametrize("report", REPORTS, ids=sample_id)
def test_csv_has_the_rows_of_the_json(report: Path) -> None:
    # GIVEN a report's lines
    expected = sites(report)
    # WHEN they are exported as CSV
    rows = csv_rows(exported(report, "csv"))
    # THEN each row has the same, and nothing where the report cannot know
    assert len(rows) == len(expected)
    for row, site in zip(rows, expected, strict=True):
        place = site["place"] or {"file": None, "line": None}
        assert (row.pop("file"), row.pop("file_line")) == (place["file"] or "", str(place["line"] or ""))
        known = columns_of(site)
        assert row == {name: "" if known.get(name) is None else str(known[name]) for name in row}
        assert {f"{found['kind']}_bytes" for found in site["amounts"]} <= row.keys()


def test_csv_is_no_formula_and_loses_no_row(tmp_path: Path) -> None:
    # GIVEN a dump whose paths are formulas
    # WHEN it is exported
    rows = csv_rows(exported(hostile_dump(tmp_path / "heap.json"), "csv"))
    # THEN each row is whole, and what a spreadsheet would run has an apostrophe
    written = json.dumps(HOSTILE, ensure_ascii=False)[
        1:-1
    ]  # Ruby does not escape paths, and no reader takes escapes back
    assert {row["path"] for row in rows} == {f"'{written}.rb", f"lib/{written}.rb"}


@pytest.mark.parametrize("report", [DUMP, TEXT], ids=sample_id)
def test_markdown_has_the_first_lines_of_the_workspace(report: Path) -> None:
    # GIVEN a report's lines in the workspace, those that are worth a word
    places = [site["place"] for site in sites(report) if site["place"] and site["silence"] is None]
    # WHEN they are exported as Markdown
    header, *rows = markdown_cells(exported(report, "markdown"))
    # THEN the first are there, each with a cell for what the report knows
    assert header[0] == "line"
    assert len(rows) == min(20, len(places))
    assert all(
        place["file"].endswith(f"/{row[0].rpartition(':')[0]}") for row, place in zip(rows, places, strict=False)
    )
    assert [int(row[0].rpartition(":")[2]) for row in rows] == [place["line"] for place in places[:20]]
    assert header[1:] == (
        ["live", "live bytes", "retains ≥"]
        if report == DUMP
        else ["allocated", "allocated bytes", "survived", "survived bytes"]
    )


def test_markdown_of_a_report_without_lines_has_its_totals() -> None:
    # GIVEN a report of nothing WHEN it is exported THEN there is a page without a table
    text = exported(EMPTY, "markdown").decode()
    assert text.startswith("## `memory_profiler-empty.txt`\n\nallocated: 0 ")
    assert "|" not in text


def test_markdown_of_a_hostile_report_is_text(tmp_path: Path) -> None:
    # GIVEN a dump whose names are markup
    text = exported(hostile_dump(tmp_path / "heap.json"), "markdown", CHECKOUT, "--all")
    # WHEN a reader of Markdown sees it
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text.decode())
    # THEN there is no link, no HTML, no control character
    assert inline(tokens).isdisjoint({"link_open", "html_inline", "html_block", "image"})
    assert not set(text.decode()) & {"\x1b", "\u202e"}
    assert len(markdown_cells(text)) == 3


def test_json_is_what_the_report_command_prints() -> None:
    # GIVEN the JSON export WHEN it is read THEN it is one object with the documented members
    assert json.loads(exported(TEXT, "json")).keys() >= {"report", "totals", "sites"}


def test_other_tools_measures_are_in_the_markdown_and_leaks_in_sarif() -> None:
    # GIVEN Valgrind's report of an extension
    report = SAMPLES / "tools/reports/valgrind.xml.gz"
    # WHEN it is exported as Markdown
    text = exported(report, "markdown", SAMPLES, "--all").decode()
    # THEN its measures stand there in its words
    assert "definitely lost 1.2 kB in 100 blocks" in text
    assert "possibly lost 5.0 kB in 1 block" in text
    # AND as SARIF the definite losses are results, and what is possibly lost is none
    log = json.loads(exported(report, "sarif", SAMPLES))
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["native-leak", "native-leak"]
