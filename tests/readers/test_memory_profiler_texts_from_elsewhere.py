"""memory_profiler texts as terminals, logs, mails, old versions and relatives hand them on; and other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from memory_profiler_texts import PLAIN, Numbers, by_site, numbers, problem_lines, read

from heapline.readers import heap_profiler_text, memory_profiler

if TYPE_CHECKING:
    from collections.abc import Callable


def prefixed(text: bytes, before: bytes) -> bytes:
    return b"".join(before + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    "decorate",
    [
        pytest.param(lambda t: t.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda t: b"\xef\xbb\xbf" + t, id="byte order mark"),
        pytest.param(lambda t: prefixed(t, b"    "), id="indented"),
        pytest.param(lambda t: prefixed(t, b"> ").replace(b"> \n", b">\n"), id="quoted"),
        pytest.param(lambda t: prefixed(t, b"web_1  | "), id="compose log"),
        pytest.param(lambda t: b"irb(main):001:0> " + t, id="after a prompt"),
        pytest.param(lambda t: t.replace(b"retained:  ", b"retained: "), id="one space in the total"),
        pytest.param(lambda t: t.replace(b"\n", b"\x1b[K\n"), id="erase to end of line"),
        pytest.param(lambda t: t.replace(b"\n\nalloc", b"\n\nPuma 200 GET /\nalloc", 1), id="noise after totals"),
    ],
)
def test_decoration_changes_no_number(decorate: Callable[[bytes], bytes]) -> None:
    # GIVEN a text as terminals, mails and logs hand it on
    content = decorate(PLAIN.read_bytes())

    # WHEN it is recognised and read
    profile = read(content)

    # THEN it says the same
    plain = read(PLAIN.read_bytes())
    assert memory_profiler.recognise(content) is None
    assert (profile.sites, profile.totals, profile.problems) == (plain.sites, plain.totals, plain.problems)


def test_a_process_managers_clock_before_every_line_changes_no_number() -> None:
    # GIVEN a prefix that is another on every line
    lines = PLAIN.read_bytes().splitlines(keepends=True)
    content = b"".join(b"12:%02d:%02d web.1  | " % divmod(n % 3600, 60) + line for n, line in enumerate(lines))

    # THEN it says the same
    assert read(content).sites == read(PLAIN.read_bytes()).sites


def test_of_several_reports_the_last_full_one_is_read() -> None:
    # GIVEN a log with two reports and a third one cut short
    first = PLAIN.with_name("memory_profiler-empty.txt").read_bytes()
    second = PLAIN.read_bytes()
    third = second[: second.index(b"\nretained memory by gem")].replace(b"allocated: ", b"allocated: 9")

    # WHEN the log is read
    profile = read(first + b"GET /\n" + second + b"GET /\n" + third)

    # THEN the second is shown, nothing is added up, and the user is told
    assert (profile.sites, profile.totals) == (read(second).sites, read(second).totals)
    line = first.count(b"\n") + 2
    assert [note for note in profile.notes if "3 reports" in note and f"line {line}." in note]


def test_a_report_after_one_of_the_retained_half_alone_is_not_added_to_it() -> None:
    # GIVEN a text with the retained half alone, and a full one after it
    full = PLAIN.read_bytes()
    half = full[full.index(b"Total retained") : full.index(b"\n\n")] + full[full.index(b"\n\nretained") :]

    # WHEN they are read together
    profile = read(half + full)

    # THEN the full one stands alone
    assert (profile.totals, profile.sites) == (read(full).totals, read(full).sites)


def test_a_report_without_its_totals_is_not_added_to_the_one_before() -> None:
    # GIVEN a full report, and another one that lost its first two lines
    full = PLAIN.read_bytes()
    headless = full[full.index(b"\n\n") :]

    # WHEN they are read together
    profile = read(full + headless)

    # THEN the second is shown, without totals
    assert profile.sites == read(headless).sites
    assert numbers(profile.totals) == Numbers(None, None, None, None)
    assert sum('"Total' in problem.reason for problem in profile.problems) == 2


def test_paths_are_kept_as_recorded() -> None:
    # GIVEN paths as Ruby records them (a text by hand: no program of ours runs on Windows)
    paths = [
        "(eval):3", "(eval at /srv/app/x.rb:9):1", "<internal:array>:42", "/srv/my app/lib/a  b.rb:7",
        "(no name):0", "/usr/lib/ruby/json/parser.so:0", "C:/app/x.rb:3", "/srv/é.rb:1",
    ]  # fmt: skip
    rows = "".join(f"{40:>10}  {path}\n" for path in paths)
    text = f"Total allocated: 320 bytes (8 objects)\n\nallocated memory by location\n{'-' * 35}\n{rows}"

    # WHEN it is read
    sites = read(text.encode()).sites

    # THEN only the last colon parts the line from the path
    assert {f"{site.path}:{site.line}" for site in sites} == set(paths)


def test_a_path_that_is_not_utf8_stays_apart_from_another_one() -> None:
    # GIVEN two paths that differ in one byte, neither of them UTF-8
    rows = b"        40  caf\xe9.rb:1\n        40  caf\xe8.rb:1\n"

    # WHEN they are read
    profile = read(b"allocated memory by location\n" + b"-" * 35 + b"\n" + rows)

    # THEN they are two sites, shown with their bytes, and the user is told
    assert {site.path for site in profile.sites} == {"caf\\xe9.rb", "caf\\xe8.rb"}
    assert [line for line in problem_lines(profile) if line] == [3, 4]


def test_sites_that_share_a_normalised_path_are_added_up_and_said_to_be() -> None:
    # GIVEN two rows whose paths normalize_paths made one
    rows = f"{'-' * 35}\n{3:>10}  app/lib/x.rb:1\n{2:>10}  app/lib/x.rb:1\n"

    # WHEN they are read
    profile = read(f"allocated objects by location\n{rows}".encode())

    # THEN there is one site
    assert by_site(profile) == {("app/lib/x.rb", 1): Numbers(None, 5, None, None)}
    assert any("added up" in note for note in profile.notes)


# Old versions and a relative, written by hand after their sources


def test_versions_up_to_0_0_4_print_the_path_first() -> None:
    # GIVEN a text in the oldest shape, where totals count objects
    rule = "-" * 35
    text = (
        "pry> MemoryProfiler.report { work }.pretty_print\nTotal allocated 600\nTotal retained 204\n\n"
        f"allocated memory by gem\n{rule}\nother x 48000\n\n"
        f"allocated memory by location\n{rule}\n/srv/run x.rb:2 x 47840\n(eval):1 x 160\n\n"
        f"allocated objects by location\n{rule}\n/srv/run x.rb:2 x 598\n(eval):1 x 2\n\n"
        f"retained memory by location\n{rule}\n/srv/run x.rb:2 x 16320\n\n"
        f"retained objects by location\n{rule}\n/srv/run x.rb:2 x 204\n\n\n"
        f'Allocated String Report\n{rule}\n"s1s1" x 3\n    /srv/run x.rb:2 x 3\n'
    )

    # WHEN it is read
    profile = read(text.encode())

    # THEN bytes are known per site, but not in total
    assert memory_profiler.recognise(text.encode()) is None
    assert numbers(profile.totals) == Numbers(None, 600, None, 204)
    assert by_site(profile) == {
        ("/srv/run x.rb", 2): Numbers(47840, 598, 16320, 204),
        ("(eval)", 1): Numbers(160, 2, 0, 0),
    }
    assert profile.problems == ()


def test_versions_up_to_0_9_3_total_objects_only_and_print_nothing_for_an_empty_section() -> None:
    # GIVEN totals without a unit above rows as they are today; nothing retained, and no NO DATA
    rule = "-" * 35
    text = (
        "Total allocated 3\nTotal retained 0\n\n"
        f"allocated memory by location\n{rule}\n       120  /srv/x.rb:2\n\n"
        f"allocated objects by location\n{rule}\n         3  /srv/x.rb:2\n\n"
        f"retained memory by location\n{rule}\n\nretained objects by location\n{rule}\n\n"
        f"retained objects by class\n{rule}\n\n"
    )

    # WHEN it is read
    profile = read(text.encode())

    # THEN the objects are the total's, and the user is told of the missing bytes
    assert numbers(profile.totals) == Numbers(None, 3, None, 0)
    assert by_site(profile) == {("/srv/x.rb", 2): Numbers(120, 3, 0, 0)}
    assert any("0.9.3" in note for note in profile.notes)


def test_a_heap_profiler_text_of_two_dumps_reads_the_same_way() -> None:
    # GIVEN its single-spaced scaled total, and only the retained half
    rule = "-" * 35
    text = (
        "Total retained: 4.01 kB (12 objects)\n\n"
        f"retained memory by location\n{rule}\n   3.17 kB  bin/run:34\n 848.00 B  bin/run:47\n\n"
        f"retained objects by location\n{rule}\n        10  bin/run:34\n         2  bin/run:47\n\n"
        f'Retained String Report\n{rule}\n  40.00 B       1  "abc"\n                1  bin/run:34\n\n'
    )

    # WHEN it is read
    profile = read(text.encode())

    # THEN the other half is unknown, and not missed
    assert heap_profiler_text.recognise(text.encode()) is None
    assert numbers(profile.totals) == Numbers(None, None, 4010, 12)
    assert by_site(profile) == {
        ("bin/run", 34): Numbers(None, None, 3170, 10),
        ("bin/run", 47): Numbers(None, None, 848, 2),
    }
    assert profile.problems == ()


def test_an_old_total_that_ends_the_text_may_have_lost_digits() -> None:
    # WHEN a text is cut inside its second line
    totals = read(b"Total allocated 82375\nTotal retained 226").totals

    # THEN that number is not believed
    assert numbers(totals) == Numbers(None, 82375, None, None)


# Other files


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "Total allocated"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "Total allocated"),
        (b'{"type":"ROOT", "root":"vm", "references":["0x7f"]}\n', "Total allocated"),
        (b'{"value":"Total allocated: 1 bytes (1 objects)"}\n', "Total allocated"),
        ("Total allocated: 1 bytes (1 objects)".encode("utf-16"), "UTF-16"),
    ],
)
def test_other_files_are_refused_with_a_reason(content: bytes, word: str) -> None:
    # WHEN something else is looked at
    objection = memory_profiler.recognise(content)

    # THEN the reason names what is missing or what to do, and reading it all the same gives a problem
    assert objection is not None
    assert word in objection
    assert "no memory_profiler report" in read(content).problems[0].reason


def test_a_heap_profiler_text_is_left_to_its_own_reader() -> None:
    # GIVEN the beginning of its text about a single dump
    content = b"Total: 1.20 MB (3 objects)\n\nmemory by location\n"
    # THEN memory_profiler's reader says whose it is, and only the other one takes it
    assert memory_profiler.recognise(content) == "heap-profiler wrote it"
    assert heap_profiler_text.recognise(content) is None
