"""From an index to the graph of the heap: edges, dominators, retained sizes, shortest paths from the roots.

Roots and edges are what the dump says: each object's `references`, and under a super-root what the ROOT lines name.
Ruby leaves an object's own class out. Class edges come last, and only to classes that references alone do not
reach: with all of them every constant would be held by the root, with none of them a tenth of a heap by nothing.
IMEMO's `class` is junk or an owner, never an edge.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heapline.heap import cache, kernel
from heapline.heap.addresses import NOWHERE, AddressTable
from heapline.heap.duck import sql, writing
from heapline.heap.scan import pairs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb
    from numpy.typing import NDArray

    from heapline.heap.records import Progress, Records

    Int32s = NDArray[np.int32]
    Int64s = NDArray[np.int64]

SUPER_ROOT = 0


@dataclass(frozen=True, slots=True)
class Edges:
    """Node n has edges to `targets[offsets[n]:offsets[n + 1]]`; node 0 is the super-root."""

    offsets: Int64s
    targets: Int32s
    dangling: int
    duplicates: int


def write(index: Path, records: Records, progress: Progress) -> Path:
    """Write the graph of the dump whose index was just written, whole or not at all; gives its path.

    `records` must name roots, and loses its columns on the way. Raises duckdb.Error, OSError, MemoryError.
    """
    graph = cache.graph_path(index)
    with writing(graph) as connection:
        connection.execute(f"attach '{cache.quoted(index)}' as heap (read_only)")
        _fill(connection, records, progress)
    return graph


def _fill(connection: duckdb.DuckDBPyConnection, records: Records, progress: Progress) -> None:
    """Write all tables; those with a row per node in a thread of their own, while the next is computed."""
    connection.execute(sql("graph.sql"))
    with connection.cursor() as writer, ThreadPoolExecutor(1) as thread:
        waiting: list[Future[None]] = []

        def store_meanwhile(table: str, **columns: NDArray[Any]) -> None:
            waiting.append(thread.submit(_store, writer, table, columns))

        progress("linking objects", 0.0)
        records.release("generation", "entries", "content")
        edges = _edges(records)
        store_meanwhile("edge", target=edges.targets)
        memsize, site, label = _nodes(connection, records)
        store_meanwhile("node", memsize=memsize, site=site, label=label, first_edge=edges.offsets[:-1])
        progress("finding what holds what", 0.3)
        idom, preorder, dominated = kernel.dominators(edges.offsets, edges.targets)
        retained = kernel.retained(idom, preorder, memsize)
        store_meanwhile("dominator", idom=idom, retained=retained, dominated=dominated)
        store_meanwhile("preorder", node=preorder)
        distance, parent = kernel.distances(edges.offsets, edges.targets)
        store_meanwhile("path", distance=distance, parent=parent)
        progress("adding up by line", 0.5)
        _store(connection, "summary", _summary(edges, idom[1 : 1 + len(records.memsize)], records.memsize))
        records.release("memsize")
        by_site = kernel.group_retained(preorder, dominated, site, retained, int(site.max()) + 1)
        _store(connection, "site_retained", {"site": np.arange(len(by_site), dtype=np.int32), "bytes": by_site})
        classes, by_class = _retained_by_class(connection, label, preorder, dominated, retained)
        _store(connection, "class_retained", {"class": classes, "bytes": by_class})
        _store(connection, "tree", _tree(idom, label, preorder, memsize))
        progress("writing the graph", 0.8)
        for stored in waiting:
            stored.result()
    connection.execute(sql("biggest.sql"))


def _nodes(connection: duckdb.DuckDBPyConnection, records: Records) -> tuple[Int64s, Int32s, Int32s]:
    """Per node its bytes, site and label; fills the table `label`."""
    around = (1, len(records.roots))
    is_tracer = _columns(connection, "select is_tracer from heap.kind order by id")["is_tracer"].astype(bool)
    memsize = np.pad(np.where(is_tracer[records.kind], 0, records.memsize), around)
    site_of_spot = np.append(_columns(connection, "select site from heap.spot order by id")["site"], -1).astype(
        np.int32
    )
    site = np.pad(site_of_spot[records.spot], around, constant_values=-1)
    records.release("spot")
    label = _labels(connection, records, site)
    records.release("address", "kind")
    return memsize, site, label


def _edges(records: Records) -> Edges:
    """The edges; nodes are the super-root, the objects, then a node for each category of roots."""
    table = AddressTable(records.address)
    named = [table.nodes(addresses) for addresses in records.roots.values()]
    objects = len(records.address)
    counts = np.concatenate(
        (
            np.full(1, len(named), np.int64),
            np.diff(records.offsets),
            np.array([len(nodes) for nodes in named], np.int64),
        )
    )
    of_super_root = np.arange(1 + objects, len(counts), dtype=np.int32)
    targets = np.concatenate((of_super_root, table.nodes(records.references), *named))
    records.release("references", "offsets")
    class_of_kind = table.nodes(
        np.array([0 if kind.type == "IMEMO" else kind.class_address for kind in records.kinds], np.uint64)
    )
    del table
    offsets, targets, dangling, duplicates = kernel.compact(_offsets(counts), targets)
    del counts
    offsets, targets = _with_classes_last(offsets, targets, class_of_kind[records.kind])
    return Edges(offsets, targets, dangling, duplicates)


def _with_classes_last(offsets: Int64s, targets: Int32s, classes: Int32s) -> tuple[Int64s, Int32s]:
    """Add an edge from each object to its class (`classes[i]` is node i + 1's) where references do not reach it."""
    reached = kernel.reachable_without(offsets, targets, np.zeros(len(offsets) - 1, np.uint8))
    missing = np.flatnonzero((classes != NOWHERE) & (reached[classes] == 0))
    if not len(missing):
        return offsets, targets
    sources = missing + 1
    counts = np.diff(offsets)
    counts[sources] += 1
    return _offsets(counts), np.insert(targets, offsets[sources + 1], classes[missing])


def _offsets(counts: Int64s) -> Int64s:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))


def _labels(connection: duckdb.DuckDBPyConnection, records: Records, site: Int32s) -> Int32s:
    """The label of each node, -1 for the super-root; fills the table `label`.

    Objects share a label with those of their site whose kinds have the same name (Ruby gives internal objects their
    owner as class); a class or module with a name is called by it, and each category of roots has a label of its own.
    """
    called = dict(connection.execute("select address, called from heap.class_name").fetchall())
    kinds = [name for (name,) in connection.execute("select name from heap.kind order by id").fetchall()]
    first: dict[str, int] = {}
    alike = np.array([first.setdefault(name, kind) for kind, name in enumerate(kinds)], np.int32)
    objects = len(records.kind)
    unnamed = np.delete(np.arange(objects, dtype=np.int32), list(records.names))
    shared, of_label = pairs(alike[records.kind[unnamed]], site[1 + unnamed])
    rows = {(kinds[kind], kinds[kind], at): number for number, (kind, at) in enumerate(of_label.tolist())}
    label = np.full(len(site), -1, np.int32)
    label[1 + unnamed] = shared
    for item in records.names:
        row = (called[int(records.address[item])], kinds[records.kind[item]], int(site[1 + item]))
        label[1 + item] = rows.setdefault(row, len(rows))
    for node, category in enumerate(records.roots, start=1 + objects):
        label[node] = rows.setdefault((f"root {category}", None, -1), len(rows))
    names, classes, sites = zip(*rows, strict=True)
    columns: dict[str, NDArray[Any]] = {
        "id": np.arange(len(rows), dtype=np.int32),
        "site": np.array(sites, np.int32),
        "name": np.array(names, dtype=object),
        "class": np.array(classes, dtype=object),
    }
    _store(connection, "label", columns)
    return label


def _retained_by_class(
    connection: duckdb.DuckDBPyConnection, label: Int32s, preorder: Int32s, dominated: Int32s, retained: Int64s
) -> tuple[NDArray[np.object_], Int64s]:
    of_label = connection.execute("select class from label order by id").fetchall()
    names = sorted({name for (name,) in of_label if name is not None})
    number = {name: i for i, name in enumerate(names)}
    group = np.array([number.get(name, -1) for (name,) in of_label] + [-1], np.int32)[label]
    by_class = kernel.group_retained(preorder, dominated, group, retained, len(names))
    return np.array(names, dtype=object), by_class


def _tree(idom: Int32s, label: Int32s, preorder: Int32s, memsize: Int64s) -> Mapping[str, NDArray[np.generic]]:
    """The dominator tree merged by label: per group its parent, label, objects, own bytes and retained bytes."""
    merged = kernel.merge_paths(idom, label, preorder, memsize)
    order = np.arange(len(merged.parent), dtype=np.int32)
    return {
        "id": order,
        "parent": merged.parent,
        "label": merged.label,
        "objects": merged.nodes,
        "bytes": merged.weight,
        "retained": kernel.retained(merged.parent, order, merged.weight),
    }


def _summary(edges: Edges, idom: Int32s, memsize: Int64s) -> Mapping[str, NDArray[np.int64]]:
    reachable = idom >= 0
    values = {
        "reachable_objects": int(reachable.sum()),
        "reachable_bytes": int(memsize[reachable].sum()),
        "unreachable_objects": int((~reachable).sum()),
        "unreachable_bytes": int(memsize[~reachable].sum()),
        "edges": len(edges.targets),
        "dangling_references": edges.dangling,
        "duplicate_references": edges.duplicates,
    }
    return {name: np.array([value], np.int64) for name, value in values.items()}


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(column) for name, column in connection.execute(query).fetchnumpy().items()}


def _store(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, NDArray[np.generic]]) -> None:
    connection.register("columns_in_memory", dict(columns))
    connection.execute(f"insert into {table} select * from columns_in_memory")  # noqa: S608 -- our own table names
    connection.unregister("columns_in_memory")
