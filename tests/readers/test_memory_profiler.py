"""The memory_profiler reader against memory_profiler's own counts, for every variant it prints."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from memory_profiler_texts import MEASURES, PLAIN, Numbers, by_site, numbers, read

from heapline.readers import memory_profiler
from sample_files import TEXTS, sample_id

if TYPE_CHECKING:
    from heapline.profile import Measures, Profile, Site

TOTALS = {
    "allocated_bytes": "total_allocated_memsize",
    "allocated_objects": "total_allocated",
    "retained_bytes": "total_retained_memsize",
    "retained_objects": "total_retained",
}


class Oracle:
    """memory_profiler's own collections, as the run that printed the texts beside it kept them."""

    def __init__(self, text: Path) -> None:
        self._results = json.loads(text.with_name("memory_profiler.oracle.json").read_text())

    def total(self, measure: str) -> int:
        total: int = self._results[TOTALS[measure]]
        return total

    def section(self, measure: str) -> dict[tuple[str, int], int]:
        kind, what = measure.split("_")
        rows = self._results[f"{kind}_{what.replace('bytes', 'memory')}_by_location"]
        places = ((*row["data"].rsplit(":", 1), row["count"]) for row in rows)
        return {(path, int(line)): count for path, line, count in places}


def texts(*words: str, without: tuple[str, ...] = ()) -> list[object]:
    """The samples whose name has all of the words and none of the others, as parameters."""
    chosen = [t for t in TEXTS if all(w in t.stem for w in words) and not any(w in t.stem for w in without)]
    return [pytest.param(text, id=sample_id(text)) for text in chosen]


def rounding(exact: int) -> int:
    """How far a number printed with a unit and two decimals may be from the exact one."""
    return 0 if exact < 1000 else 5 * 1000 ** ((len(str(exact)) - 1) // 3) // 1000


def test_the_samples_have_every_print_variant() -> None:
    # GIVEN the texts of the sample that has them all
    variants = {text.stem.removeprefix("memory_profiler") for text in TEXTS if "translate" in text.parts}

    # THEN none of the variants below is tested against nothing
    assert {
        "",
        "-color",
        "-scaled",
        "-normalized",
        "-totals",
        "-empty",
        "-top3",
        "-derailed",
        "-puma",
    } <= variants


@pytest.mark.parametrize("text", texts())
def test_every_sample_is_recognised_and_read_without_a_problem(text: Path) -> None:
    # GIVEN a text that memory_profiler printed
    content = text.read_bytes()

    # WHEN it is recognised and read
    objection = memory_profiler.recognise(content)
    profile = read(content)

    # THEN nothing is wrong with it
    assert objection is None
    assert (profile.skipped_lines, profile.problems) == (0, ())
    assert (profile.format, profile.traced) == ("memory-profiler", True)
    assert profile.lines == content.count(b"\n")


@pytest.mark.parametrize("text", texts(without=("scaled", "empty")))
def test_totals_are_exact(text: Path) -> None:
    # GIVEN what the tool counted
    oracle = Oracle(text)

    # WHEN the text is read
    totals = read(text.read_bytes()).totals

    # THEN the totals are the same, and what a profiler cannot know is unknown
    assert numbers(totals) == Numbers(*map(oracle.total, MEASURES))
    assert (totals.live_objects, totals.live_bytes) == (None, None)


@pytest.mark.parametrize("text", texts(without=("scaled", "empty", "normalized", "totals")))
def test_every_number_of_every_site_is_the_tools_own(text: Path) -> None:
    # GIVEN what the tool counted, and how many rows this text prints of each section
    oracle = Oracle(text)
    top = 3 if "top3" in text.stem else 50

    # WHEN the text is read
    sites = by_site(read(text.read_bytes()))

    # THEN each number printed is exact, and what was left out is unknown, or 0 where the tool counted none
    for index, measure in enumerate(MEASURES):
        truth = oracle.section(measure)
        found = {site: known[index] for site, known in sites.items()}
        printed = {site: number for site, number in found.items() if number}
        assert printed.items() <= truth.items()
        assert len(printed) == min(top, len(truth))
        assert not [site for site, number in found.items() if number == 0 and site in truth]


@pytest.mark.parametrize("text", texts("scaled", without=("totals", "normalized")))
def test_scaled_bytes_are_as_exact_as_printed_and_said_to_be_rounded(text: Path) -> None:
    # GIVEN what the tool counted
    oracle = Oracle(text)

    # WHEN a text printed with units is read
    profile = read(text.read_bytes())

    # THEN bytes are within the rounding, objects exact, and the user is told
    for index, measure in enumerate(MEASURES):
        truth = oracle.section(measure)
        allowed = rounding if measure.endswith("bytes") else lambda _: 0
        for site, known in by_site(profile).items():
            if number := known[index]:
                assert abs(number - truth[site]) <= allowed(truth[site])
        total = getattr(profile.totals, measure)
        assert abs(total - oracle.total(measure)) <= allowed(oracle.total(measure))
    assert any("rounded" in note for note in profile.notes)


@pytest.mark.parametrize("text", texts("normalized"))
def test_normalised_paths_are_kept_as_printed_with_the_same_numbers(text: Path) -> None:
    # GIVEN the same run printed with and without normalize_paths, both with or without units
    twin = text.with_name("memory_profiler-scaled.txt" if "scaled" in text.stem else "memory_profiler.txt")

    # WHEN both are read
    normalised, recorded = read(text.read_bytes()), read(twin.read_bytes())

    # THEN the numbers are the same, under paths that end alike
    def ends(profile: Profile) -> Counter[tuple[str, int, Measures]]:
        return Counter((Path(site.path).name, site.line, site.measures) for site in profile.sites)

    assert ends(normalised) == ends(recorded)
    assert {site.path for site in normalised.sites} != {site.path for site in recorded.sites}


@pytest.mark.parametrize("text", texts("empty"))
def test_a_block_that_allocates_nothing_gives_zeros_and_no_sites(text: Path) -> None:
    # WHEN a text with NO DATA in every section is read
    profile = read(text.read_bytes())

    # THEN that is an answer
    assert numbers(profile.totals) == Numbers(0, 0, 0, 0)
    assert (profile.sites, profile.notes) == ((), ())


@pytest.mark.parametrize("text", texts("totals"))
def test_a_text_of_totals_alone_says_why_it_shows_no_lines(text: Path) -> None:
    # WHEN a text printed with detailed_report: false is read
    profile = read(text.read_bytes())

    # THEN the missing sites are no defect, but explained
    assert profile.sites == ()
    assert any("detailed_report" in note for note in profile.notes)


def test_colours_of_later_versions_change_nothing() -> None:
    # GIVEN a coloured text: 0.9.14 prints white, 1.0.0 and later blue, cyan and green
    coloured = PLAIN.with_name("memory_profiler-color.txt").read_bytes()
    assert b"\x1b[37m" in coloured
    later = re.sub(rb"\x1b\[37m(-*)", lambda m: (b"\x1b[36m" if m[1] else b"\x1b[34m") + m[1], coloured)

    # THEN both say what the plain one says
    plain = read(PLAIN.read_bytes())
    assert read(coloured) == plain
    assert read(later) == plain


def test_sites_come_largest_first() -> None:
    # WHEN a report is read
    sites = read(PLAIN.read_bytes()).sites

    # THEN by their largest number of bytes
    sizes = [site.measures.largest_bytes for site in sites]
    assert sizes == sorted(sizes, reverse=True)


def test_what_the_allocated_half_names_and_the_whole_retained_half_does_not_retained_nothing() -> None:
    # GIVEN a text whose retained rows add up to the total
    content = PLAIN.read_bytes()
    garbage = set(Oracle(PLAIN).section("allocated_objects")) - set(Oracle(PLAIN).section("retained_objects"))

    # WHEN it is read whole, and with one retained row less
    whole = by_site(read(content))
    row = b"\n" + content[content.index(b"\nretained objects by location") :].split(b"\n")[3] + b"\n"
    less = by_site(read(content[: content.rindex(row)] + content[content.rindex(row) + len(row) - 1 :]))

    # THEN the sum proves the zeros of the first and nothing of the second
    assert garbage
    assert {whole[site][2:] for site in garbage} == {(0, 0)}
    assert {less[site][2:] for site in garbage} == {(None, None)}


def test_a_text_that_ends_between_two_rows_says_so() -> None:
    # GIVEN a text cut after a whole row of the last section of sites
    content = PLAIN.read_bytes()
    end = content.index(b"\n", content.index(b"\n         ", content.index(b"\nretained objects by location")) + 1)

    # WHEN it is read
    profile = read(content[: end + 1])

    # THEN the user is told, though every line that is there was read
    assert profile.skipped_lines == 0
    assert ['"retained objects by location"' in problem.reason for problem in profile.problems] == [True]


def test_the_method_is_never_known() -> None:
    # WHEN any report is read
    sites: tuple[Site, ...] = read(PLAIN.read_bytes()).sites

    # THEN no site names a method: the tool does not print it
    assert {site.method for site in sites} == {None}
