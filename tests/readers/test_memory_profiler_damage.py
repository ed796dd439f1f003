"""Damaged memory_profiler texts: never an exception, never a wrong number for what is intact."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from memory_profiler_texts import INTACT, PLAIN, Numbers, by_site, numbers, problem_lines, read

from heapline.profile import MAX_PROBLEMS, Measures
from heapline.readers import memory_profiler

LINES = INTACT.splitlines(keepends=True)
TITLES = {n: line.decode().split(" by ")[0] for n, line in enumerate(LINES) if b" by location" in line}
ROWS = {
    row: title.replace(" objects", "_objects").replace(" memory", "_bytes")
    for start, title in TITLES.items()
    for row in range(start + 2, LINES.index(b"\n", start))
}
"""The number of each line that is a site's row -> what it counts."""

unhurried = settings(deadline=None)


def is_part_of(known: Numbers, whole: Numbers) -> bool:
    return all(number is None or number == true for number, true in zip(known, whole, strict=True))


@unhurried
@given(st.integers(0, len(INTACT)))
def test_a_text_cut_anywhere_gives_no_wrong_number(length: int) -> None:
    # GIVEN what the whole text says
    whole = read(INTACT)

    # WHEN the text ends early
    cut = read(INTACT[:length])

    # THEN every number is right or unknown, and lost sections are named
    sites = by_site(whole)
    assert all(is_part_of(known, sites[site]) for site, known in by_site(cut).items())
    assert is_part_of(numbers(cut.totals), numbers(whole.totals))
    assert cut.problems or cut.sites in (whole.sites, ())


@unhurried
@given(st.lists(st.tuples(st.sampled_from(sorted(ROWS)), st.integers(0, 200), st.integers(0, 255)), max_size=8))
def test_rows_with_changed_bytes_change_no_other_row(changes: list[tuple[int, int, int]]) -> None:
    # GIVEN a text with bytes changed in some rows
    lines = [bytearray(line) for line in LINES]
    for row, column, byte in changes:
        lines[row][column % len(lines[row])] = byte

    # WHEN it is read
    profile = read(b"".join(lines))
    assume(not any("added up" in note for note in profile.notes))  # a row became the double of another one

    # THEN the others keep their numbers, but for one that a lost newline joined to the row before
    damaged = {row for row, _, _ in changes}
    found, true = by_site(profile), by_site(read(INTACT))
    for row, measure in ROWS.items():
        if not damaged & {row, row - 1}:
            path, line = LINES[row].decode().split("  ")[-1].rsplit(":", 1)
            site = (path, int(line))
            assert getattr(found[site], measure) == getattr(true[site], measure)


@unhurried
@given(st.lists(st.tuples(st.integers(0, len(LINES)), st.binary(max_size=60)), min_size=1, max_size=8))
def test_lines_put_in_between_change_no_row(additions: list[tuple[int, bytes]]) -> None:
    # GIVEN a text into which others wrote their lines
    lines = list(LINES)
    for place, garbage in additions:
        lines.insert(place, garbage.replace(b"\n", b"") + b"\n")

    # WHEN it is read
    profile = read(b"".join(lines))

    # THEN nothing is lost
    assert read(INTACT).sites == profile.sites
    assert profile.lines == len(LINES) + len(additions)


@unhurried
@given(st.binary(max_size=500), st.sampled_from([b"", b"Total retained 7\n", b"retained objects by location\n"]))
def test_anything_after_anything_is_read(content: bytes, start: bytes) -> None:
    # WHEN random bytes are read, be it as a report
    profile = read(start + content)

    # THEN there is an answer
    assert profile.lines == len((start + content).removesuffix(b"\n").split(b"\n")) * bool(start + content)


def test_a_row_that_is_none_is_reported_with_its_line() -> None:
    # GIVEN a damaged row
    title = INTACT[: INTACT.index(b"allocated objects by location")].count(b"\n")
    lines = [*LINES[: title + 2], b"     12.5  /srv/x.rb:1\n", *LINES[title + 2 :]]

    # WHEN the text is read
    profile = read(b"".join(lines))

    # THEN the line is named with the section that it stands in
    assert profile.skipped_lines == 1
    (problem,) = profile.problems
    assert problem.line == title + 3
    assert '"allocated objects by location"' in problem.reason


def test_a_number_of_objects_with_a_unit_is_no_row() -> None:
    # GIVEN a row of bytes among rows of objects
    content = b"allocated objects by location\n" + b"-" * 35 + b"\n  12.00 B  x.rb:1\n         1  x.rb:2\n"

    # WHEN it is read
    profile = read(content)

    # THEN it is reported
    assert by_site(profile) == {("x.rb", 2): Numbers(None, 1, None, None)}
    assert 3 in problem_lines(profile)


def test_lines_between_a_second_reports_totals_and_its_first_title_are_not_the_first_ones_rows() -> None:
    # GIVEN a report cut in a section of sites, and another one into whose head a row strayed
    cut = INTACT[: INTACT.index(b"\nallocated memory by class")]
    second = INTACT.replace(b"\n\nallocated memory by gem", b"\n         9  stray.rb:1\n\nallocated memory by gem")

    # WHEN they are read
    profile = read(cut + second)

    # THEN the row belongs nowhere
    assert profile.sites == read(INTACT).sites


def test_rows_under_a_damaged_title_are_not_counted_under_another_one() -> None:
    # GIVEN a text whose title of one section is damaged
    content = INTACT.replace(b"retained memory by location", b"retained mem\xffry by location")

    # WHEN it is read
    profile = read(content)

    # THEN that section's numbers are unknown, the others as before, and the user is told
    expected = {site: known._replace(retained_bytes=None) for site, known in by_site(read(INTACT)).items()}
    for site, known in expected.items():
        if known.retained_objects == 0:  # no longer proven
            expected[site] = known._replace(retained_objects=None)
    assert by_site(profile) == expected
    assert profile.skipped_lines > 1
    assert any('"retained memory by location" is missing' in problem.reason for problem in profile.problems)


def test_the_number_of_problems_kept_is_limited_but_all_are_counted() -> None:
    # GIVEN a section full of lines that are no rows
    content = b"allocated memory by location\n" + b"-" * 35 + b"\n" + b"noise\n" * 1000

    # WHEN it is read
    profile = read(content)

    # THEN the first are kept, all are counted
    assert len(profile.problems) == MAX_PROBLEMS
    assert profile.skipped_lines == 1000


def test_numbers_too_long_to_be_true_are_no_rows() -> None:
    # GIVEN a total, a row and a line number of 5,000 digits
    long = b"9" * 5000
    rows = b"%b  x.rb:1\n1  x.rb:%b\n" % (long, long)

    # WHEN they are read
    profile = read(b"Total allocated " + long + b"\nallocated memory by location\n" + rows)

    # THEN they are left out, and the rows reported
    assert (profile.sites, profile.totals) == ((), Measures())
    assert profile.skipped_lines == 2


def test_a_line_of_many_megabytes_is_one_line() -> None:
    # GIVEN a long line in a section, and one before the report
    noise = b"x" * 3_000_000 + b"\n"
    title = INTACT.index(b"\n", INTACT.index(b"-----")) + 1

    # WHEN the text is read
    profile = read(noise + INTACT[:title] + noise + INTACT[title:])

    # THEN nothing else changes
    assert profile.sites == read(INTACT).sites
    assert profile.lines == len(LINES) + 2


def test_a_gzip_stream_cut_short_gives_what_came_before() -> None:
    # GIVEN compressed content that ends early
    packed = gzip.compress(PLAIN.read_bytes())

    # WHEN it is read
    with gzip.open(io.BytesIO(packed[: len(packed) // 2])) as stream:
        profile = memory_profiler.read(Path("report.txt.gz"), stream)  # type: ignore[arg-type]

    # THEN there are totals, and the damage is named
    assert profile.totals == read(PLAIN.read_bytes()).totals
    assert any("compressed" in problem.reason for problem in profile.problems)


def test_numbers_that_no_memory_has_are_problems_and_no_rows() -> None:
    # GIVEN rows and a total with numbers of more than 63 bits, and one row beside them that has none
    text = (
        b"Total allocated: 99999999999999999999 bytes (2 objects)\n"
        b"Total retained:  40 bytes (1 objects)\n\n"
        b"allocated memory by location\n-----------------------------------\n"
        b"        40  a.rb:99999999999999999999\n"
        b"9223372036854775808  b.rb:1\n"
        b"9223372036854775807  c.rb:1\n"
        b"        40  c.rb:1\n"
    )
    # WHEN it is read
    profile = read(text)
    # THEN only what fits is there, and each of the others is a problem
    assert [(site.path, site.line, site.measures.allocated_bytes) for site in profile.sites] == [("c.rb", 1, 2**63 - 1)]
    assert profile.totals.allocated_bytes is None
    assert profile.skipped_lines == 4
    assert {1, 6, 7, 9} <= set(problem_lines(profile))
