"""The constant that a line gives a value to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heapline.places.constants import constant_at
from heapline.places.mapping import Place
from heapline.places.rules import Rule

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("STORE = {}", "STORE"),
        ("  Shop::STORE ||= Hash.new { |h, k| h[k] = [] }", "STORE"),
        ("Entry=Struct.new(:a)", "Entry"),
        ("STORE == other", None),
        ("STORE => other", None),
        ("STORE =~ /x/", None),
        ("@store = STORE", None),
        ("store = {}", None),
        ("STORE[1] = 2", None),
        ("# STORE = {}", None),
        ("", None),
    ],
)
def test_a_constant_is_named_by_the_line_that_begins_with_it(tmp_path: Path, line: str, name: str | None) -> None:
    # GIVEN a file, a line of it, and others around that name other constants
    file = tmp_path / "a.rb"
    file.write_bytes(b"BEFORE = 1 # \xff\f\xe2\x80\xa8\n" + line.encode() + b"\nAFTER = 1\n")
    # WHEN the constant of the line is asked for THEN it is the one that the line gives a value to
    assert constant_at(Place(file, 2, Rule("exact", "certain"))) == name


def test_a_file_that_is_gone_names_none(tmp_path: Path) -> None:
    # GIVEN a place in a file that is not there any more THEN it names no constant
    assert constant_at(Place(tmp_path / "gone.rb", 1, Rule("exact", "certain"))) is None
