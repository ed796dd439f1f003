"""The configuration that the documentation offers, in a real Emacs with eglot, with the real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editors.program import (
    CONFIGS,
    HASH_LINE,
    HERE,
    LEAK,
    LEAK_LINE,
    PRINTED,
    checkout,
    real_emacs,
    row_of_leak,
    seen_in,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_user_of_emacs_loads_a_dump_and_reads_it_on_the_line(tmp_path: Path) -> None:
    # GIVEN Emacs with the documented configuration, and a checkout of the program that leaks
    emacs = real_emacs()
    program = checkout(tmp_path / "translate")

    # WHEN the user opens the file that leaks, loads the dump, asks about the line, and unloads
    seen = seen_in([emacs, "--batch", "-l", str(HERE / "emacs_probe.el")], CONFIGS / "emacs", program)

    # THEN the server served the project, with nothing loaded at first
    assert seen["server"] == "heapline"
    assert seen["root"] == str(program)
    assert seen["lenses_at_start"] == 0
    # AND what the line holds stood behind it, in the diagnostics, in the hover and on the page
    assert seen["lenses"][str(LEAK_LINE)].startswith("4,001 live · ")
    assert {LEAK_LINE: "eglot-note"}.items() <= {d["line"]: d["type"] for d in seen["diagnostics"]}.items()
    assert "4,001 live objects" in seen["hover"]
    assert f"# What holds `{LEAK.name}:{LEAK_LINE}`" in seen["page"]
    # AND the references led to the hash in which the cache keeps its entries
    assert {"file": str(program / LEAK), "line": HASH_LINE} in seen["references"]
    # AND a report that was opened was known by its content, and led to the code and back
    row = {"file": str(program / PRINTED), "line": row_of_leak()}
    assert seen["report_mode"] == "ruby-memory-report-mode"
    assert seen["report_lens"] == "Load this report"
    assert "4,001 live objects" in seen["report_hover"]
    assert seen["report_definition"] == [{"file": str(program / LEAK), "line": LEAK_LINE}]
    assert "allocated memory by location" in seen["report_outline"]
    assert row in seen["report_rows"]
    assert seen["report_row"] == row["line"]
