"""What is concluded from a dump is drawn once, kept, and drawn anew if what was kept is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heap_dumps import opened
from heapline.heap import cache
from heapline.insight.conclusions import conclusions_of, findings_of, kept_findings
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

DUMP = SAMPLES / "blog/reports/heap-3.json.gz"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEAPLINE_CACHE_DIR", str(tmp_path))


def test_what_is_kept_is_what_was_drawn() -> None:
    # GIVEN a dump of which conclusions were drawn
    with opened(DUMP) as index:
        drawn = conclusions_of(index)
        kept = cache.conclusions_path(index.path)
        assert kept.exists()
        # WHEN they are asked for again
        read = conclusions_of(index)
    # THEN they are the same
    assert read == drawn
    assert read is not None
    assert read.top_holders
    assert [suspect.holder.line for suspect in read.findings.suspects] == [11, 5]
    assert (read.generations, read.boot) == ((9, 40), 30)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"null", b'{"top_holders": [{}]}'])
def test_damaged_ones_are_drawn_anew(content: bytes) -> None:
    # GIVEN conclusions that were damaged
    with opened(DUMP) as index:
        drawn = conclusions_of(index)
        kept = cache.conclusions_path(index.path)
        kept.write_bytes(content)
        # WHEN they are asked for THEN they are whole, and kept again
        assert conclusions_of(index) == drawn
        assert kept.read_bytes() != content


def test_they_go_with_the_index() -> None:
    # GIVEN conclusions
    with opened(DUMP) as index:
        conclusions_of(index)
        # WHEN the index is removed
        index.discard()
        # THEN they are too
        assert not cache.conclusions_path(index.path).exists()


def test_nothing_is_concluded_from_a_dump_without_roots() -> None:
    # GIVEN a dump that cannot tell what holds what THEN there are no conclusions
    with opened(SAMPLES / "rubies/3.4/since.json.gz") as index:
        assert conclusions_of(index) is None


def test_what_was_found_in_several_dumps_is_kept_for_these_dumps_until_the_last_one_s_index_goes() -> None:
    # GIVEN three dumps of a process
    dumps = [SAMPLES / f"translate/reports/heap-{number}.json.gz" for number in (1, 2, 3)]
    with opened(dumps[0]) as first, opened(dumps[1]) as second, opened(dumps[2]) as third:
        assert kept_findings([first, second, third]) is None
        # WHEN suspects are found in them
        found = findings_of([first, second, third])
        # THEN they are kept for these dumps in this order, and for no others
        assert found.suspects
        assert kept_findings([first, second, third]) == found
        assert kept_findings([second, third]) is None
        assert kept_findings([second, first, third]) is None
        # AND those that were damaged are drawn anew
        cache.findings_path([index.path for index in (first, second, third)]).write_bytes(b"{")
        assert findings_of([first, second, third]) == found
        # AND they go with the index of the last dump
        third.discard()
        assert kept_findings([first, second, third]) is None
