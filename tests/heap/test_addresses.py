"""Addresses to nodes, against a dictionary."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapline.heap.addresses import NOWHERE, AddressTable

if TYPE_CHECKING:
    import numpy.typing as npt

LAST = (1 << 64) - 1
MANY = 100_000
PAGE = 1 << 16
BASE = 0x7F00_0000_0000


def unsigned(values: list[int]) -> npt.NDArray[np.uint64]:
    return np.array(values, np.uint64)


def assert_found_as_in_a_dictionary(addresses: list[int], wanted: list[int]) -> None:
    # WHEN addresses are looked up in the table
    found = AddressTable(unsigned(addresses)).nodes(unsigned(wanted))
    # THEN each leads to the last object that has it, or nowhere
    node = {address: number for number, address in enumerate(addresses, start=1)}
    assert found.tolist() == [node.get(address, NOWHERE) for address in wanted]


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_any_addresses_are_found_as_in_a_dictionary(data: st.DataObject) -> None:
    # GIVEN addresses, near each other or far apart, aligned or not, some of them twice
    step = data.draw(st.sampled_from([1, 4, 8, 40, PAGE, 1 << 40]))
    base = data.draw(st.sampled_from([0, step, PAGE, BASE]))
    near = st.integers(0, 50).map(lambda number: base + number * step)
    anywhere = st.integers(0, LAST)
    addresses = data.draw(st.lists(near | anywhere if data.draw(st.booleans()) else near, min_size=1, max_size=30))
    # AND addresses to look for: the same ones, their neighbours, and any others
    beside = st.sampled_from(addresses).flatmap(
        lambda address: st.integers(max(0, address - 9), min(LAST, address + 9))
    )
    assert_found_as_in_a_dictionary(addresses, data.draw(st.lists(st.sampled_from(addresses) | beside | anywhere)))


@pytest.mark.parametrize(
    "addresses",
    [
        [0],
        [LAST],
        [0, LAST],
        [PAGE - 8, PAGE, PAGE + 8],  # either side of a page's end
        [BASE],  # aligned to more than a page
        [0x10_0000, 0x10_0014, 0x10_0028],  # WebAssembly: slots of 20 bytes
        [BASE + 40, BASE, BASE + 40],  # not in order, one of them twice
    ],
    ids=str,
)
def test_addresses_at_the_edges_are_found(addresses: list[int]) -> None:
    # GIVEN such addresses, and to look for also those beside them, first, last and in no page
    wanted = [near % (LAST + 1) for address in addresses for near in (address - 8, address - 1, address, address + 1)]
    assert_found_as_in_a_dictionary(addresses, [*wanted, *addresses, 0, 8, LAST, BASE + PAGE, 1 << 63])


@pytest.mark.parametrize("step", [40, 640, PAGE + 40, (1 << 30) + 40], ids="{:#x} apart".format)
def test_the_table_stays_small_however_far_apart_objects_are(step: int) -> None:
    # GIVEN many objects, close together as in a full heap or each far from the next as in no heap
    addresses = BASE + step * np.arange(MANY, dtype=np.uint64)
    # WHEN they are put in a table, and found again
    tracemalloc.start()
    table = AddressTable(addresses)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    found = table.nodes(addresses[::-1].copy())
    # THEN all are, and the table took no more than 256 bytes for each
    assert np.array_equal(found, np.arange(MANY, 0, -1))
    assert peak < 256 * MANY + (1 << 20)


def test_more_addresses_than_are_looked_up_at_once_are_found() -> None:
    # GIVEN more objects than are put in or looked up at once, in no order
    count = (1 << 20) + 1000
    order = np.random.default_rng(1).permutation(count)
    addresses = (BASE + 40 * order).astype(np.uint64)
    # WHEN all are looked for in order, and as many that are not there
    found = AddressTable(addresses).nodes(BASE + 20 * np.arange(2 * count, dtype=np.uint64))
    # THEN each is found once and the others nowhere
    expected = np.empty(count, np.int32)
    expected[order] = np.arange(1, count + 1)
    assert np.array_equal(found[::2], expected)
    assert np.all(found[1::2] == NOWHERE)
