"""The configuration that the documentation offers, in a real Neovim, with the real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editors.program import CONFIGS, HASH_LINE, HERE, LEAK, LEAK_LINE, checkout, real_neovim, row_of_leak, seen_in

if TYPE_CHECKING:
    from pathlib import Path


def test_a_user_of_neovim_loads_a_dump_and_reads_it_on_the_line(tmp_path: Path) -> None:
    # GIVEN Neovim with the documented configuration, and a checkout of the program that leaks
    neovim = real_neovim()
    program = checkout(tmp_path / "translate")

    # WHEN the user opens the file that leaks, loads the dump, asks about the line, and unloads
    probe = str(HERE / "neovim_probe.lua")
    seen = seen_in([neovim, "--clean", "--headless", "-u", probe], CONFIGS / "neovim", program)

    # THEN the server served the project, with nothing loaded at first
    assert seen["root"] == str(program)
    assert seen["loaded_at_start"] == 0
    assert "68 of its 92 lines are in this workspace" in seen["messages"][0]
    # AND what the line holds stood beside it, in the diagnostics, in the hover and on the page
    assert seen["lenses"][str(LEAK_LINE)].startswith("4,001 live · ")
    assert LEAK_LINE in [found["line"] for found in seen["diagnostics"]]
    assert {found["source"] for found in seen["diagnostics"]} == {"heapline"}
    assert "4,001 live objects" in seen["hover"]
    assert f"# What holds `{LEAK.name}:{LEAK_LINE}`" in seen["page"]
    # AND references and call hierarchy led to the hash in which the cache keeps its entries
    assert {"file": str(program / LEAK), "line": HASH_LINE} in seen["references"]
    assert f"Hash ({LEAK.name}:{HASH_LINE})" in seen["incoming"]
    # AND a report that was opened was known by its content, and led to the code and back
    report = seen["report"]
    assert report["filetype"] == "ruby-memory-report"
    assert "4,001 live objects" in report["hover"]
    assert any("allocated memory by location" in found["text"] for found in report["outline"])
    assert row_of_leak() in [found["line"] for found in report["symbols"]]
    assert report["definition"] == {"file": str(program / LEAK), "line": LEAK_LINE}
    assert report["lens"] == "Load this report"
    assert "4,001 live" in report["both"]
    assert report["row"] == row_of_leak()
    # AND so did one that was pasted
    assert report["pasted"] == {"filetype": "ruby-memory-report", "definition": report["definition"]}
