"""Dumps of real Ruby, against what the same Ruby counted by itself: to the object and to the byte."""

from __future__ import annotations

import base64
import gzip
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from indexing import SMALL_DUMP, indexed, table, unseen

from heapline.heap.records import read
from sample_files import DUMPS, ORACLES, SAMPLES, sample_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from heapline.heap.index import HeapIndex

FULL = [dump for dump in DUMPS if "heap-" in dump.name or dump.name == "full.json.gz"]
VERSIONS = ("3.1", "3.2", "3.3", "3.4", "4.0")
# Ruby sees a class as a Class; a dump gives each the class of its own, its singleton class.
# And what Ruby calls "(anonymous)" has no name in a dump.
NOT_NAMED_ALIKE = ("Class", "(anonymous)")


def oracle_of(dump: Path) -> dict[str, Any]:
    oracle: dict[str, Any] = json.loads(gzip.decompress(ORACLES[dump].read_bytes()))
    return oracle


def recorded_path(site: dict[str, Any]) -> str:
    """The path as Heapline shows it: bytes that are not UTF-8 are written as \\xe9."""
    if "path" in site:
        return str(site["path"])
    return base64.b64decode(site["path_base64"]).decode(errors="backslashreplace")


def by_site(sites: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    return {(recorded_path(site), site["line"]): site for site in sites}


def broken_down(index: HeapIndex, by: str) -> dict[tuple[str, int], dict[str, list[int]]]:
    """Each site's objects and bytes by `generation` or by `class`."""
    parts: dict[tuple[str, int], dict[str, list[int]]] = defaultdict(dict)
    rows = table(
        index,
        f"select path, line, {by}, part.objects, part.bytes from site_{by} as part join site on id = part.site",  # noqa: S608 -- one of two words of this file
    )
    for path, line, of, objects, size in rows:
        parts[path, line][str(of)] = [objects, size]
    return parts


@pytest.fixture(params=DUMPS, ids=sample_id, scope="module")
def sample(request: pytest.FixtureRequest) -> Iterator[tuple[HeapIndex, dict[str, Any]]]:
    """Each dump's index, and the half of its oracle that counted the dump's lines."""
    with indexed(request.param) as index:
        yield index, oracle_of(request.param)["dump_lines"]


@pytest.fixture(params=FULL, ids=sample_id, scope="module")
def full_sample(request: pytest.FixtureRequest) -> Iterator[tuple[HeapIndex, dict[str, Any]]]:
    """The index of each dump that each_object was asked about, and the whole oracle."""
    with indexed(request.param) as index:
        yield index, oracle_of(request.param)


def test_every_kind_of_dump_has_a_sample_and_an_oracle() -> None:
    # GIVEN three programs with three rounds each, and five Rubies with four kinds each
    # THEN all of them are here
    assert len(DUMPS) == 3 * 3 + len(VERSIONS) * 4
    assert len(FULL) == 3 * 3 + len(VERSIONS)
    assert all(oracle.is_file() for oracle in ORACLES.values())


def test_totals_are_those_of_the_oracle(sample: tuple[HeapIndex, dict[str, Any]]) -> None:
    # GIVEN a dump's index and its oracle
    index, oracle = sample
    # WHEN it is asked for the whole heap
    report = index.report
    # THEN objects, bytes and lines are Ruby's, and no line is lost
    assert (report.live_objects, report.live_bytes) == (oracle["totals"]["objects"], oracle["totals"]["bytes"])
    assert (report.lines, report.skipped_lines) == (oracle["lines"], 0)
    assert report.has_roots == (oracle["roots"] > 0)
    # AND what has a line and what has none add up
    traced = oracle["traced"]
    assert report.traced == (traced["objects"] > 0)
    assert report.live_objects - report.untraced_objects == traced["objects"]
    assert report.live_bytes - report.untraced_bytes == traced["bytes"]


def test_every_site_has_the_objects_and_bytes_of_the_oracle(sample: tuple[HeapIndex, dict[str, Any]]) -> None:
    # GIVEN a dump's index and its oracle
    index, oracle = sample
    # WHEN all sites are asked for
    found = {(path, line): [objects, size] for path, line, _, objects, size in index.sites()}
    # THEN they are Ruby's: none missing, none more, each to the object and to the byte
    assert found == {key: [site["objects"], site["bytes"]] for key, site in by_site(oracle["sites"]).items()}


def test_every_site_has_the_generations_of_the_oracle(sample: tuple[HeapIndex, dict[str, Any]]) -> None:
    # GIVEN a dump's index and its oracle
    index, oracle = sample
    # WHEN each site is broken down by generation
    found = broken_down(index, "generation")
    # THEN the parts are Ruby's
    assert found == {key: site["generations"] for key, site in by_site(oracle["sites"]).items()}


def test_every_type_has_the_objects_and_bytes_of_the_oracle(sample: tuple[HeapIndex, dict[str, Any]]) -> None:
    # GIVEN a dump's index and its oracle
    index, oracle = sample
    # WHEN its objects are counted by type, and its other lines too
    types = table(index, "select type, count(*), coalesce(sum(memsize), 0)::bigint from object group by type")
    others = dict(table(index, "select type, lines from other_line"))
    # THEN both are Ruby's
    assert {of: [objects, size] for of, objects, size in types} == oracle["totals"]["types"]
    assert [others.get(of, 0) for of in ("ROOT", "SHAPE", "NONE")] == [
        oracle[of] for of in ("roots", "shapes", "empty_slots")
    ]


@pytest.mark.parametrize("dump", DUMPS, ids=sample_id)
def test_every_reference_is_kept_as_written(dump: Path) -> None:
    # GIVEN a dump and its oracle
    oracle = oracle_of(dump)
    # WHEN it is read, and references are counted, those of objects and those of roots
    records = read(dump, unseen)
    # THEN they are those that Ruby wrote
    rooted = sum(len(addresses) for addresses in records.roots.values())
    dump_lines = oracle["dump_lines"]
    assert (len(records.references), rooted) == (dump_lines["references"], dump_lines["root_references"])


def test_lines_that_ruby_damaged_are_named_and_repaired(sample: tuple[HeapIndex, dict[str, Any]]) -> None:
    # GIVEN a dump's index and the line numbers that are not JSON
    index, oracle = sample
    damaged = set(oracle["damaged_lines"])
    # WHEN the problems are asked for
    problems = index.problems()
    # THEN each names such a line and says that it was repaired; the counts above say that no object was lost
    assert all(problem.line in damaged and problem.reason.startswith("repaired: ") for problem in problems)
    assert bool(problems) == bool(damaged)


def test_classes_of_a_site_are_what_each_object_saw(full_sample: tuple[HeapIndex, dict[str, Any]]) -> None:
    # GIVEN a dump's index, and what ObjectSpace.each_object saw of named classes in the process that wrote the dump
    index, oracle = full_sample
    expected = {
        (key, of): count
        for key, site in by_site(oracle["each_object"]["sites"]).items()
        for of, count in site["classes"].items()
        if of not in NOT_NAMED_ALIKE
    }
    assert expected
    # WHEN the same sites are broken down by class
    found = broken_down(index, "class")
    # THEN those classes have Ruby's counts, to the object and to the byte
    assert {(key, of): found[key].get(of) for key, of in expected} == expected


def test_classes_of_a_site_add_up_to_it(full_sample: tuple[HeapIndex, dict[str, Any]]) -> None:
    # GIVEN a dump's index
    index, _ = full_sample
    # WHEN each site is broken down by class
    parts = broken_down(index, "class")
    # THEN the parts are the whole
    sums = {key: [sum(part) for part in zip(*counts.values(), strict=True)] for key, counts in parts.items()}
    assert sums == {(path, line): [objects, size] for path, line, _, objects, size in index.sites()}


def test_a_site_that_is_asked_alone_answers_with_what_belongs_to_it() -> None:
    # GIVEN a small dump's index
    with indexed(SMALL_DUMP) as index:
        generations, classes = broken_down(index, "generation"), broken_down(index, "class")
        assert len(classes) > 10
        for number, (path, line, *_) in enumerate(index.sites()):
            # WHEN one site is asked for its generations and classes, as a hover does
            by_generation, by_class = index.by_generation(number), index.by_class(number)
            # THEN they are its own, the oldest generation and the largest class first
            assert {count.of: [count.objects, count.bytes] for count in by_generation} == generations[path, line]
            assert {count.of: [count.objects, count.bytes] for count in by_class} == classes[path, line]
            assert [count.of for count in by_generation] == sorted((c.of for c in by_generation), key=int)
            assert [count.bytes for count in by_class] == sorted((c.bytes for c in by_class), reverse=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_awkward_paths_are_sites_like_any_other(version: str) -> None:
    # GIVEN a dump of objects allocated in files that Ruby names without escaping them
    with indexed(SAMPLES / f"rubies/{version}/full.json.gz") as index:
        # WHEN the sites of those files are asked for
        names = {path.removeprefix("/srv/heapline/rubies/lib/") for path, *_ in index.sites()}
    # THEN a quote, a backslash, bytes that are no UTF-8, an umlaut, spaces and what never was a file are all there
    assert {'say "hi".rb', "back\\slash.rb", "caf\\xe9.rb", "grüße.rb", "a  b: 7.rb", "(erb)"} <= names
    assert any(name.startswith("(eval") for name in names)


@pytest.mark.parametrize("version", VERSIONS)
def test_methods_keep_names_that_are_not_ascii(version: str) -> None:
    # GIVEN a dump of objects allocated in methods with such names
    with indexed(SAMPLES / f"rubies/{version}/full.json.gz") as index:
        # WHEN the methods of all objects are asked for
        methods = {name for (name,) in table(index, "select distinct method from object")}
    # THEN they are as the program spells them
    names = ["begrüße", "\u2768╯°□°\u2769╯︵┻━┻", 'say "hi"']
    if version == "3.1":  # which writes rubbish in place of each byte that is not ASCII
        names = [name.encode().decode("ascii", errors="replace") for name in names]
    assert set(names) <= methods
