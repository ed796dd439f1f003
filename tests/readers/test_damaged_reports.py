"""Damaged and cut reports of all tools, and any other bytes: never an exception, and no number out of nothing."""

from __future__ import annotations

import macos_leaks_texts
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tool_reports import FORMATS, content_of, read_bytes

from heapline.profile import MAX_PROBLEMS, Profile

unhurried = settings(deadline=None, max_examples=15)
CONTENTS = {
    **{name: content_of(name)[:20_000] for name in FORMATS},
    "macos-leaks-4": macos_leaks_texts.VERSION_4,
    "macos-leaks-3": macos_leaks_texts.VERSION_3,
}
"""The beginnings of the reports: enough to have everything in them, and quick to read many times."""


def is_sound(profile: Profile) -> bool:
    """Whether the profile can be shown and written down: counts that JSON can hold, none below zero."""
    assert len(profile.problems) <= MAX_PROBLEMS + 2
    for measures in (profile.totals, *(site.measures for site in profile.sites)):
        orjson.dumps(measures)
        known = [getattr(measures, name) for name in measures.__slots__ if name != "amounts"]
        known += [number for amount in measures.amounts for number in (amount.bytes, amount.count)]
        assert all(number is None or number >= 0 for number in known)
    orjson.dumps(profile.tables)
    return True


@pytest.mark.parametrize("name", CONTENTS)
@unhurried
@given(data=st.data())
def test_a_report_cut_anywhere_is_read(name: str, data: st.DataObject) -> None:
    # GIVEN a report that ends early
    content = CONTENTS[name]
    cut = content[: data.draw(st.integers(0, len(content)))]
    # THEN every reader makes something sound of it
    assert all(is_sound(profile) for profile in read_bytes(cut))


@pytest.mark.parametrize("name", CONTENTS)
@unhurried
@given(data=st.data())
def test_a_report_with_changed_bytes_is_read(name: str, data: st.DataObject) -> None:
    # GIVEN a report with some bytes changed, and some doubled
    content = bytearray(CONTENTS[name])
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    at, size = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 200))
    content[at:at] = content[at : at + size] * data.draw(st.integers(0, 5))
    # THEN every reader makes something sound of it
    assert all(is_sound(profile) for profile in read_bytes(bytes(content)))


@unhurried
@given(st.binary(max_size=2000))
@example(b"0")
def test_any_bytes_are_read(content: bytes) -> None:
    # GIVEN bytes of no report
    # THEN every reader says that there is nothing, and why
    for profile in read_bytes(content):
        assert is_sound(profile)
        assert profile.sites or profile.tables or profile.problems or profile.notes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted({
        "frames", "lines", "file", "name", "samples", "interval", "total_samples", "threads", "stackTable", "prefix",
        "frame", "frameTable", "funcTable", "func", "line", "fileName", "stringArray", "stack", "weight", "weightType",
        "jsAllocations", "total_allocated", "allocated_memory_by_location", "data", "count", "1", "7",
    })), inner, max_size=4),
    max_leaves=30,
)  # fmt: skip


@unhurried
@given(JSON)
def test_json_of_any_shape_is_read(document: object) -> None:
    # GIVEN JSON with the names of the formats, in places where they never stand
    try:
        content = orjson.dumps(document)
    except TypeError:  # a number that orjson cannot write
        return
    # THEN every reader makes something sound of it
    assert all(is_sound(profile) for profile in read_bytes(content))
