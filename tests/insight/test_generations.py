"""Generations: counted as Ruby counts them, put into periods, drawn as bars."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heap_dumps import item, opened, write
from heapline.insight.generations import Generation, bars, generations_of, in_periods
from sample_files import ORACLES, SAMPLES, sample_id

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = sorted(SAMPLES.glob("*/reports/heap-*.json.gz"))
COUNTS = st.dictionaries(st.integers(0, 3000), st.integers(1, 10**6), min_size=1, max_size=60)


@pytest.mark.parametrize("dump", ROUNDS, ids=sample_id)
def test_a_dump_has_the_generations_that_ruby_counts(dump: Path) -> None:
    # GIVEN a dump, and what Ruby's JSON library counted in its lines
    traced = json.loads(gzip.decompress(ORACLES[dump].read_bytes()))["dump_lines"]["traced"]
    with opened(dump) as index:
        # WHEN its generations are asked for
        found = generations_of(index)
        # THEN they are those, to the object and to the byte
        assert {str(count): [count.objects, count.bytes] for count in found.counts} == traced["generations"]
        # AND a generation's lines and classes have all of it
        for count in found.counts:
            sites, classes = index.sites_of(count.first, count.last), index.classes_of(count.first, count.last)
            assert (sum(row[1] for row in sites), sum(row[2] for row in sites)) == (count.objects, count.bytes)
            assert (sum(c.objects for c in classes), sum(c.bytes for c in classes)) == (count.objects, count.bytes)


def code(address: int, generation: int) -> dict[str, object]:
    """A compiled method."""
    return item(address, type="IMEMO", cls=None, imemo_type="iseq", at="a.rb:0") | {"generation": generation}


def test_the_boot_ends_with_the_last_generation_that_loaded_much_code(tmp_path: Path) -> None:
    # GIVEN a program that loaded most of its code in the generations 3 to 5, and one method in the generation 9
    loaded = [3] * 100 + [4] + [5] * 99 + [9]
    lines = [code(0x10000 + 40 * i, generation) for i, generation in enumerate(loaded)]
    with opened(write(tmp_path / "heap.json", lines)) as index:
        # WHEN its generations are asked for
        found = generations_of(index)
    # THEN the boot ends with the generation 5
    assert found.boot == 5
    assert [found.is_boot(generation) for generation in (3, 4, 5, 6, 9)] == [True, True, True, False, False]


def test_without_traced_code_no_boot_is_known(tmp_path: Path) -> None:
    # GIVEN a dump whose tracing began after the code was loaded
    with opened(write(tmp_path / "heap.json", [item(0x10000, at="a.rb:1")])) as index:
        # WHEN its generations are asked for
        found = generations_of(index)
    # THEN there is one, and it is not said to be of the boot
    assert (found.span, found.boot, found.is_boot(5)) == ((5, 5), None, False)


@given(counts=COUNTS, most=st.integers(1, 50))
def test_periods_are_of_one_length_and_lose_nothing(counts: dict[int, int], most: int) -> None:
    # GIVEN objects of some generations
    given_counts = [Generation(g, g, n, 40 * n) for g, n in sorted(counts.items())]
    # WHEN they are put into periods
    periods = in_periods(given_counts, most)
    # THEN these follow each other from the first generation to the last, and are alike but for the last
    assert 1 <= len(periods) <= most
    assert (periods[0].first, periods[-1].last) == (min(counts), max(counts))
    assert all(one.last + 1 == two.first for one, two in pairwise(periods))
    assert len({period.last - period.first for period in periods[:-1]}) <= 1
    # AND each has all that is of its generations
    for period in periods:
        inside = [n for g, n in counts.items() if period.first <= g <= period.last]
        assert (period.objects, period.bytes) == (sum(inside), 40 * sum(inside))


@given(amounts=st.lists(st.integers(0, 10**9), max_size=50))
def test_a_bar_is_as_high_as_its_share_and_nothing_is_a_dot(amounts: list[int]) -> None:
    # GIVEN amounts WHEN they are drawn
    drawn = bars(amounts)
    # THEN each has one character, the largest the highest, none a dot, and more is never lower
    assert len(drawn) == len(amounts)
    heights = ["·▁▂▃▄▅▆▇█".index(bar) for bar in drawn]
    assert [height == 0 for height in heights] == [amount == 0 for amount in amounts]
    assert not any(amounts) or max(heights) == 8
    ranked = [height for _, height in sorted(zip(amounts, heights, strict=True))]
    assert ranked == sorted(ranked)
