"""The overview's numbers: those that Ruby counted, each object in one place, and none where none is known."""

from __future__ import annotations

import gzip
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from heap_dumps import opened
from heapline.insight import overview
from heapline.insight.hot_lines import HotLines
from heapline.insight.overview import Holders, Overview, Series, Timeline, overview_of, timeline_of
from heapline.insight.series import in_series
from heapline.metrics import METRICS
from heapline.report import open_report
from sample_files import ORACLES, SAMPLES, sample_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS = sorted(SAMPLES.glob("*/reports/heap-*.json.gz"))
TRANSLATE = [SAMPLES / f"translate/reports/heap-{number}.json.gz" for number in (1, 2, 3)]


def counted(dump: Path) -> dict[str, Any]:
    """What Ruby's JSON library counted in a dump's lines."""
    found: dict[str, Any] = json.loads(gzip.decompress(ORACLES[dump].read_bytes()))["dump_lines"]
    return found


@contextmanager
def overviewed(*files: Path) -> Iterator[Overview]:
    """The overview of the last of these reports, without a workspace."""
    for file in files:
        if file.name.startswith(("heap", "untraced", "since")):
            with opened(file):
                pass
    reports = [open_report(file) for file in files]
    try:
        hot = HotLines(reports[-1], lambda _: None, lambda place: place.file.name)
        yield overview_of(in_series(reports)[0] if len(reports) > 1 else reports, hot)
    finally:
        for report in reports:
            report.close()


def summed(series: tuple[Series, ...], period: int) -> list[int]:
    return [sum(one.objects[period] for one in series), sum(one.bytes[period] for one in series)]


@pytest.mark.parametrize("dump", ROUNDS, ids=sample_id)
def test_the_timeline_has_each_object_of_each_generation_once_by_line_and_by_class(dump: Path) -> None:
    # GIVEN a dump, and what Ruby's JSON library counted in its lines
    oracle = counted(dump)
    by_site = {(site.get("path"), site["line"]): site["generations"] for site in oracle["sites"]}
    with opened(dump) as index:
        # WHEN its objects are put on a timeline
        found = timeline_of(index)
        assert isinstance(found, Timeline)
        names = index.sites()
    # THEN each generation from the first to the last has all its objects, by line and by class
    generations = [int(generation) for generation in oracle["traced"]["generations"]]
    assert found.periods == tuple((n, n) for n in range(min(generations), max(generations) + 1))
    for period, (generation, _) in enumerate(found.periods):
        expected = oracle["traced"]["generations"].get(str(generation), [0, 0])
        assert summed(found.by_site, period) == summed(found.by_class, period) == expected
    # AND a line has what Ruby counted there
    for series in found.by_site[:-1]:
        assert series.site is not None
        path, line, *_ = names[series.site]
        of_line = by_site[path, line]
        for period, (generation, _) in enumerate(found.periods):
            assert [series.objects[period], series.bytes[period]] == of_line.get(str(generation), [0, 0])


@pytest.mark.parametrize("dump", ROUNDS, ids=sample_id)
def test_the_timeline_names_the_lines_that_have_most_since_the_programs_start(dump: Path) -> None:
    # GIVEN a dump, the end of its program's start, and what Ruby counted by line
    with opened(dump) as index:
        found = timeline_of(index)
        names = index.sites()
    assert isinstance(found, Timeline)
    assert found.boot is not None

    def late(generations: dict[str, list[int]]) -> int:
        return sum(size for generation, (_, size) in generations.items() if int(generation) > (found.boot or 0))

    largest = sorted((late(site["generations"]) for site in counted(dump)["sites"]), reverse=True)
    # WHEN the lines of the timeline are read
    shown = [names[series.site][:2] for series in found.by_site if series.site is not None]
    by_name = {(site.get("path"), site["line"]): late(site["generations"]) for site in counted(dump)["sites"]}
    # THEN they are those with most bytes since, the largest first, and what the others have comes last
    assert [by_name[name] for name in shown] == largest[: overview.MOST_SERIES]
    assert (found.by_site[-1].site, found.by_site[-1].name) == (None, None)


def test_many_generations_are_put_into_periods_that_have_the_same_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a dump with more generations than a timeline has periods
    dump = SAMPLES / "blog/reports/heap-3.json.gz"
    generations = counted(dump)["traced"]["generations"]
    monkeypatch.setattr(overview, "MOST_PERIODS", 7)
    with opened(dump) as index:
        # WHEN it is put on one
        found = timeline_of(index)
    # THEN the periods follow each other and are of equal length but for the last, which ends with the last generation
    assert isinstance(found, Timeline)
    lengths = [last - first + 1 for first, last in found.periods]
    assert len(lengths) <= 7
    assert len(set(lengths[:-1])) == 1
    assert found.periods[-1][1] == max(map(int, generations))
    # AND each has the objects of its generations
    for period, (first, last) in enumerate(found.periods):
        inside = [count for generation, count in generations.items() if first <= int(generation) <= last]
        assert summed(found.by_site, period) == [sum(count[i] for count in inside) for i in (0, 1)]
        assert summed(found.by_class, period) == summed(found.by_site, period)


@pytest.mark.parametrize("dump", ROUNDS, ids=sample_id)
def test_a_tile_lies_in_what_holds_it_and_is_no_larger(dump: Path) -> None:
    # GIVEN the tiles of a dump
    with overviewed(dump) as found, opened(dump) as index:
        assert isinstance(found.holders, Holders)
        assert index.graph is not None
        tiles = {tile.id: tile for tile in found.holders.tiles}
        for parent in (None, *tiles):
            # WHEN those in one of them are compared with what the dominator tree has under it
            inside = [tile for tile in found.holders.tiles if tile.parent == parent]
            branches, _ = index.graph.branches(parent or 0, 0, len(tiles))
            # THEN they are its largest branches, and fit into it
            assert [tile.retained for tile in inside] == [branch.retained for branch in branches[: len(inside)]]
            assert sum(tile.retained for tile in inside) <= (tiles[parent].retained if parent else found.holders.held)
            # AND one that hands on to another is called after that, and names itself on the way
            for tile, branch in zip(inside, branches, strict=False):
                assert branch.label.name == (tile.through[0] if tile.through else tile.name)
                assert bool(tile.through) == (tile.id != branch.id)


def test_the_leak_is_a_large_tile_at_the_line_that_holds_it() -> None:
    # GIVEN the sample whose cache holds more than half of the heap
    with overviewed(TRANSLATE[-1]) as found:
        # WHEN its tiles are looked at
        assert isinstance(found.holders, Holders)
        [cache] = [tile for tile in found.holders.tiles if tile.through == ("Translator", "TranslationCache")]
        # THEN one is the cache's hash, at its line
        assert cache.site is not None
        site = found.report.profile.sites[cache.site]
        assert (cache.name, site.path.endswith("lib/translation_cache.rb"), site.line) == ("Hash", True, 9)
        assert cache.retained > found.holders.held / 2


@pytest.mark.parametrize(
    "file", [*ROUNDS, *sorted(SAMPLES.glob("*/reports/memory_profiler.txt"))], ids=lambda file: sample_id(file)
)
def test_the_first_line_by_each_metric_is_the_reports_largest(file: Path) -> None:
    # GIVEN a report
    with overviewed(file) as found:
        top, sites = found.top, found.report.profile.sites
        assert top.metrics
        for number, metric in enumerate(top.metrics):
            # WHEN its lines are ranked by one of the metrics that it knows
            largest = sorted((METRICS[metric].of(site.measures) or 0 for site in sites), reverse=True)
            ranked = sorted((row.values[number] or 0 for row in top.rows["none"]), reverse=True)
            # THEN the first are the largest of all
            many = min(overview.MOST_ROWS, len(sites))
            assert ranked[:many] == largest[:many]


def test_over_three_dumps_the_lines_that_grew_most_come_first() -> None:
    # GIVEN three dumps of one process, and Ruby's counts in each, named in another order than they were taken in
    counts = [{(s.get("path"), s["line"]): (s["objects"], s["bytes"]) for s in counted(d)["sites"]} for d in TRANSLATE]
    growth = {site: size - counts[0].get(site, (0, 0))[1] for site, (_, size) in counts[2].items()}
    with overviewed(TRANSLATE[2], TRANSLATE[0], TRANSLATE[1]) as found:
        # WHEN their growth is asked for
        assert found.growth is not None
        sites = found.report.profile.sites
        # THEN the dumps are in their order
        assert found.growth.names == ("heap-1.json.gz", "heap-2.json.gz", "heap-3.json.gz")
        # AND the lines are those that grew most, with Ruby's counts
        named = [(sites[one.site].path, sites[one.site].line) for one in found.growth.by_site if one.site is not None]
        largest = sorted((grown for grown in growth.values() if grown > 0), reverse=True)
        assert [growth[name] for name in named] == largest[: overview.MOST_SERIES]
        for name, one in zip(named, found.growth.by_site, strict=True):
            assert list(zip(one.objects, one.bytes, strict=True)) == [count.get(name, (0, 0)) for count in counts]


def test_a_dump_without_tracing_says_why_it_has_no_timeline() -> None:
    # GIVEN a dump that was taken without tracing
    with overviewed(SAMPLES / "rubies/3.3/untraced.json.gz") as found:
        # THEN the timeline's place has the reason, and what is held is there still
        assert isinstance(found.timeline, str)
        assert "without tracing" in found.timeline
        assert isinstance(found.holders, Holders)


def test_a_dump_without_roots_says_why_nothing_is_held() -> None:
    # GIVEN a dump that names no roots
    with overviewed(SAMPLES / "rubies/3.3/since.json.gz") as found:
        # THEN the place of what holds what has the reason
        assert isinstance(found.holders, str)
        assert "no roots" in found.holders
        assert found.suspects is None


def test_a_text_of_memory_profiler_has_lines_and_nothing_that_it_cannot_know() -> None:
    # GIVEN memory_profiler's text
    with overviewed(SAMPLES / "blog/reports/memory_profiler.txt") as found:
        # THEN there are its lines, and reasons in the place of all else
        assert found.top.rows["none"]
        assert isinstance(found.timeline, str)
        assert isinstance(found.holders, str)
        assert found.growth is None
        assert "retainedSize" not in found.top.metrics
