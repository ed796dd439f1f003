"""What a recorded method says against a line: only what is certain."""

from __future__ import annotations

import pytest

from heapline.places.methods import Methods

CODE = """\
class Cache
  SIZES = {}

  def initialize
    @entries = {}
  end

  def fetch(key)
    text = <<EOS
def not_really
EOS
    @entries[key] ||= build(key)
  end

  private def build(key) = { key: key }

  def self.open
    new
  end

  def <<(entry)
    @entries[entry] = []
  end
end
""".splitlines()


@pytest.mark.parametrize(
    ("text", "method", "against"),
    [
        ("@entries = {}", "initialize", False),
        ("@entries = {}", "fetch", True),
        ("||= build(key)", "fetch", False),
        ("||= build(key)", "build", False),  # it calls the method
        ("SIZES = {}", "fetch", True),
        ("{ key: key }", "build", False),
        ("@entries[entry] = []", "<<", False),
        ("@entries[entry] = []", "new", False),  # defined nowhere here: Ruby's own, or of a gem
        ("    new", "open", False),
        ("class Cache", "initialize", True),
    ],
)
def test_a_line_outside_of_the_method_that_it_does_not_name_is_another(text: str, method: str, against: bool) -> None:
    # GIVEN a line of some code
    line = next(number for number, found in enumerate(CODE, 1) if text in found)
    # THEN the method speaks against it, or does not
    assert Methods(CODE).speak_against(line, method) is against


def test_a_method_that_is_defined_twice_has_no_line() -> None:
    # GIVEN a text with one method, and one with two of the same name
    assert Methods(CODE).line_of("fetch") == 8
    assert Methods([*CODE, *CODE]).line_of("fetch") is None
    assert Methods(CODE).line_of("nothing") is None


def test_lines_past_the_end_are_not_spoken_against() -> None:
    # GIVEN a line that the text does not have
    assert not Methods(CODE).speak_against(1000, "fetch")
    assert not Methods([]).speak_against(1, "fetch")
