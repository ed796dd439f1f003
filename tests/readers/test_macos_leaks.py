"""macOS' leaks: what an extension leaked stands on its lines, Ruby's own is set apart."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from macos_leaks_texts import NOTHING, VERSION_3, VERSION_4, WITHOUT_STACKS

from heapline.profile import Amount, Profile
from heapline.readers import READERS


def read(content: bytes) -> Profile:
    """The profile by the only reader that takes the content."""
    [reader] = [reader for reader in READERS if reader.recognise(content) is None]
    assert reader.format == "macos-leaks"
    return reader.read(Path("leaks.txt"), io.BytesIO(content))


def test_roots_and_what_they_hold_stand_on_the_extensions_line_that_asked_for_the_root() -> None:
    # GIVEN a report of version 4.0: two texts, a list of three nodes, and a block of Ruby's own
    profile = read(VERSION_4)
    # THEN the extension's are on its lines, below Ruby's wrapper of malloc too; what a root holds is told apart
    assert {site.at: site.measures.amounts for site in profile.sites} == {
        "leaky.c:15": (Amount("leaked", 64, 2),),
        "leaky.c:31": (Amount("leaked", 64, 1), Amount("leaked_indirectly", 1056, 2)),
    }
    # AND Ruby's own are counted in a note alone
    assert any("1 stack with 240 B in 1 block" in note for note in profile.notes)
    assert not profile.problems


def test_a_leak_has_its_function_and_its_callers() -> None:
    # GIVEN the text that is copied by a function of its own
    [leak] = [site for site in read(VERSION_4).sites if site.line == 15]
    # THEN the function is named, and who called it, nearest first
    assert leak.method == "copy_of"
    assert [(frame.function, frame.path, frame.line) for frame in leak.stack][:2] == [
        ("greet", "leaky.c", 22),
        ("vm_exec_core", "vm.inc", 1234),
    ]


def test_stacks_on_one_line_of_older_reports_are_read() -> None:
    # GIVEN a report of version 3.0, which has the calls of each leak on a line below it
    profile = read(VERSION_3)
    # THEN the extension's leak is on its line, the other one is set apart; what the blocks hold is not read
    assert {site.at: site.measures.amounts for site in profile.sites} == {"leaky.c:22": (Amount("leaked", 64, 1),)}
    assert "secret" not in repr(profile)


def test_a_report_without_stacks_says_how_to_take_one_with_them() -> None:
    # GIVEN a report of a program without MallocStackLogging
    profile = read(WITHOUT_STACKS)
    # THEN there are no lines, and it says what to do
    assert not profile.sites
    assert any("MallocStackLogging=1" in note for note in profile.notes)


def test_no_leak_is_said_to_be_none() -> None:
    # GIVEN a report of a program that leaks nothing
    profile = read(NOTHING)
    # THEN it is no problem
    assert (profile.problems, profile.notes) == ((), ("leaks found nothing.",))


@pytest.mark.parametrize(
    "lost", [b"      1 (32 bytes) ROOT LEAK: <malloc in copy_of 0x137f04220> [32]\n", b"Process 4711: 6"]
)
def test_a_report_that_lacks_something_says_so(lost: bytes) -> None:
    # GIVEN a report of which a block, or the line with the sums, is missing
    profile = read(VERSION_4.replace(lost, b""))
    # THEN the rest is there, and a problem says that it is not all
    assert [site.line for site in profile.sites]
    assert profile.problems
