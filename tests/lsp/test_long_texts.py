"""Long texts of profilers are read in a process of their own, as dumps are: the server never waits for them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapline import profile_json
from heapline.profile import Amount, Frame, Measures, Problem, Profile, Site, Table
from heapline.report import open_report
from lsp.editor import editing
from lsp.oracle import LEAK, LEAK_LINE, TEXT, TRANSLATE
from lsp.processes import has_children

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "allocated 4,000 (672 kB) · retained 4,000 (672 kB)"


@pytest.mark.parametrize("packed", [False, True])
async def test_a_long_text_says_what_a_short_one_says(tmp_path: Path, packed: bool) -> None:
    # GIVEN a text with megabytes of a log behind it, or one that is packed
    report = tmp_path / "profile.txt"
    content = TEXT.read_bytes()
    report.write_bytes(gzip.compress(content) if packed else content + b"GET /posts/1\n" * 200_000)
    async with editing(TRANSLATE) as editor:
        # WHEN it is loaded
        told = await editor.load(report)
        # THEN its numbers are on the lines
        assert (told["format"], told["sites"]) == ("memory-profiler", len(open_report(TEXT).profile.sites))
        assert (await editor.lenses(LEAK))[LEAK_LINE] == [TITLE]
        # AND the process that read it is gone
        assert not has_children(editor.server.pid)


COUNTS = st.none() | st.integers(0, 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
AMOUNTS = st.lists(st.builds(Amount, st.sampled_from(["boot", "leaked"]), COUNTS, COUNTS), max_size=2).map(tuple)
MEASURES = st.builds(Measures, live_objects=COUNTS, allocated_bytes=COUNTS, retained_size=COUNTS, amounts=AMOUNTS)
FRAMES = st.lists(st.builds(Frame, TEXTS, TEXTS, st.integers(0, 9)), max_size=2).map(tuple)
SITES = st.builds(
    Site, TEXTS, st.integers(0, 99), st.none() | TEXTS, MEASURES, st.lists(TEXTS, max_size=2).map(tuple), FRAMES
)
ROWS = st.lists(st.tuples(TEXTS, COUNTS | st.floats(allow_nan=False, allow_infinity=False)), max_size=2).map(tuple)
TABLES = st.lists(st.builds(Table, TEXTS, st.just(("a", "b")), ROWS), max_size=2).map(tuple)


@settings(deadline=None)
@given(MEASURES, st.lists(SITES, max_size=3).map(tuple), TABLES, st.lists(TEXTS, max_size=2).map(tuple))
def test_a_profile_is_the_same_after_its_way_between_processes(
    totals: Measures, sites: tuple[Site, ...], tables: tuple[Table, ...], notes: tuple[str, ...]
) -> None:
    # GIVEN any profile
    profile = Profile(TEXT, "heapy", 9, 1, True, totals, sites, (Problem(None, "x"), Problem(3, "y")), notes, tables)
    # WHEN it is written and read
    line = profile_json.dump(profile)
    # THEN it is one line, and nothing has changed
    assert line.count(b"\n") == 1
    assert profile_json.is_profile(line)
    assert profile_json.load(line, TEXT) == profile
