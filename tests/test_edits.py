"""Lines on their way through edits: found again wherever a person would find them, and never taken for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapline.places.edits import LineTracker, Splice

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

BEFORE = """\
class Cache
  def initialize
    @entries = {}
  end

  def fetch(key)
    @entries[key] ||= { key: key, at: Time.now }
  end
end
""".splitlines()
HASH, FETCH = 3, 7


@pytest.mark.parametrize(
    ("what", "after", "hash_now", "fetch_now"),
    [
        ("nothing", BEFORE, (3, False), (7, False)),
        ("lines above", ["# frozen", "", *BEFORE], (5, False), (9, False)),
        ("a line between", [*BEFORE[:4], "  attr_reader :entries", *BEFORE[4:]], (3, False), (8, False)),
        ("a line removed above", [BEFORE[0], *BEFORE[2:]], (2, False), (6, False)),
        ("another indentation", [f"\t{line}" for line in BEFORE], (3, False), (7, False)),
        ("blanks around operators", [line.replace("||=", " ||=  ") for line in BEFORE], (3, False), (7, False)),
        ("Windows line ends", [f"{line}\r" for line in BEFORE], (3, False), (7, False)),
        ("a changed value", [line.replace("Time.now", "Clock.now") for line in BEFORE], (3, False), (7, True)),
        (
            "a line split",
            [*BEFORE[:6], "    @entries[key] ||=", "      { key: key, at: Time.now }", *BEFORE[7:]],
            (3, False),
            (8, True),  # the longer part
        ),
        ("the line deleted", [*BEFORE[:6], *BEFORE[7:]], (3, False), None),
        ("something else in its place", [*BEFORE[:6], "    raise KeyError", *BEFORE[7:]], (3, False), None),
        ("methods in another order", [BEFORE[0], *BEFORE[5:8], "", *BEFORE[1:4], "end"], (7, False), (3, False)),
        ("everything deleted", [""], None, None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_line_is_where_a_person_would_find_it(
    what: str, after: list[str], hash_now: tuple[int, bool] | None, fetch_now: tuple[int, bool] | None
) -> None:
    # GIVEN a class with two lines that allocate
    # WHEN it is edited
    found = LineTracker(BEFORE, after)
    # THEN each is found, as it was or as changed, or not at all
    assert (found.line(HASH), found.line(FETCH)) == (hash_now, fetch_now), what


def test_undo_brings_a_number_back() -> None:
    # GIVEN a line that was changed, then deleted
    lines = LineTracker(BEFORE, BEFORE)
    lines.splice(Splice(FETCH - 1, 1, ["    @entries[key] ||= {}"]))
    assert lines.line(FETCH) == (FETCH, True)
    lines.splice(Splice(FETCH - 1, 1, []))
    assert lines.line(FETCH) is None
    # WHEN both are undone
    lines.splice(Splice(FETCH - 1, 0, ["    @entries[key] ||= {}"]))
    lines.splice(Splice(FETCH - 1, 1, [BEFORE[FETCH - 1]]))
    # THEN the line is as it was
    assert lines.line(FETCH) == (FETCH, False)
    assert lines.unmoved


def test_a_line_typed_like_its_neighbour_does_not_take_its_number() -> None:
    # GIVEN a line, and the same text typed above and below it
    lines = LineTracker(BEFORE, BEFORE)
    lines.splice(Splice(HASH - 1, 0, ["    @entries = {}"]))
    lines.splice(Splice(HASH + 1, 0, ["    @entries = {}"]))
    # THEN the number stays with the line that was there
    assert lines.line(HASH) == (HASH + 1, False)
    assert [lines.befores(now) for now in (HASH, HASH + 1, HASH + 2)] == [[], [HASH], []]


def test_a_cut_line_is_found_where_it_is_pasted() -> None:
    # GIVEN a line that is cut
    lines = LineTracker(BEFORE, BEFORE)
    lines.splice(Splice(HASH - 1, 1, []))
    # WHEN it is pasted elsewhere
    lines.splice(Splice(0, 0, [BEFORE[HASH - 1]]))
    # THEN its number is there
    assert lines.line(HASH) == (1, False)


def test_two_lines_that_were_joined_are_both_changed() -> None:
    # GIVEN two lines
    lines = LineTracker(["first = {}", "second = []", "last"], ["first = {}", "second = []", "last"])
    # WHEN they are joined
    lines.splice(Splice(0, 2, ["first = {}; second = []"]))
    # THEN both are the one line, changed
    assert lines.line(1) == lines.line(2) == (1, True)
    assert lines.befores(1) == [1, 2]


def edit(data: DataObject, size: int, new: st.SearchStrategy[list[str]]) -> Splice:
    start = data.draw(st.integers(0, size), "start")
    removed = data.draw(st.integers(0, min(4, size - start)), "removed")
    return Splice(start, removed, data.draw(new, "added"))


@given(st.data(), st.integers(0, 30))
def test_marked_lines_are_followed_through_any_edits(data: DataObject, size: int) -> None:
    # GIVEN a text of lines that are all different
    before = [f"marked line {number}" for number in range(1, size + 1)]
    text = list(before)
    lines = LineTracker(before, before)
    cut: list[str] = []
    typed = 0
    # WHEN it is edited at random: lines typed over others, cut, pasted, re-indented
    for _ in range(data.draw(st.integers(1, 12), "edits")):
        change = edit(data, len(text), st.lists(st.sampled_from(["new", "cut", "same"]), max_size=4))
        there = text[change.start : change.start + change.removed]
        added = []
        for kind in change.added:
            if kind == "cut" and cut:
                added.append(cut.pop())
            elif kind == "same" and there:
                added.append(f"\t{there.pop(0).strip()}  ")
            else:
                typed += 1
                added.append(f"typed line {typed}")
        cut += [line.strip() for line in there]
        text[change.start : change.start + change.removed] = added
        lines.splice(Splice(change.start, change.removed, added))
    # THEN each line that still stands somewhere is found there, and no other is said to be as it was
    for number, mark in enumerate(before, 1):
        standing = [now for now, line in enumerate(text, 1) if line.strip() == mark]
        found = lines.line(number)
        if standing:
            assert found == (standing[0], False)
            assert lines.befores(standing[0]) == [number]
        else:
            assert found is None or found[1]


@given(st.data(), st.lists(st.sampled_from(["a {}", "b []", "end", "", "  "]), max_size=20))
def test_no_line_is_said_to_be_as_it_was_that_is_not(data: DataObject, before: list[str]) -> None:
    # GIVEN a text with many lines alike
    text = list(before)
    lines = LineTracker(before, before)
    # WHEN it is edited at random
    for _ in range(data.draw(st.integers(1, 8), "edits")):
        change = edit(data, len(text), st.lists(st.sampled_from(["a {}", "b []", "c", "end", ""]), max_size=4))
        text[change.start : change.start + change.removed] = change.added
        lines.splice(change)
    # THEN what is said to be as it was has the same text, and no two lines are one
    found = [line for number in range(1, len(before) + 1) if (line := lines.line(number))]
    for number, original in enumerate(before, 1):
        now = lines.line(number)
        if now:
            assert 1 <= now[0] <= len(text)
            assert number in lines.befores(now[0])
            if not now[1]:
                assert text[now[0] - 1].split() == original.split()
    as_they_were = [line for line, changed in found if not changed]
    assert len(as_they_were) == len(set(as_they_were))
