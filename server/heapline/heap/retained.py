"""A graph, opened for reading: what objects, sites and classes retain, and who holds them."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from heapline.heap import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb
    from numpy.typing import NDArray

_TABLES = {
    **dict.fromkeys(("idom", "retained", "dominated"), "dominator"),
    **dict.fromkeys(("distance", "parent"), "path"),
    "target": "edge",
}
"""Where the columns are that `node` has not."""
_LABEL = "label.id, label.name, site.id, site.path, site.line"


@dataclass(frozen=True, slots=True)
class Summary:
    """The buckets of a heap, and what was odd about its references.

    `unreachable_*`: unreachable from the recorded roots, which may be garbage that was not swept, or held by the
    stack of a thread that a forked dump cannot see.
    """

    reachable_objects: int
    reachable_bytes: int
    unreachable_objects: int
    unreachable_bytes: int
    edges: int
    dangling_references: int
    duplicate_references: int


@dataclass(frozen=True, slots=True)
class Label:
    """What objects are called: their class (or `class Foo`, `root vm`) and the site that allocated them."""

    id: int
    name: str
    site: int | None
    path: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Holder:
    """One object that retains much: its address, its label, and the bytes and objects that only it holds."""

    address: int
    label: Label
    retained: int
    objects: int


@dataclass(frozen=True, slots=True)
class Branch:
    """Objects of one label under a common holder, in the dominator tree merged by label. `bytes` are their own."""

    id: int
    objects: int
    bytes: int
    retained: int
    label: Label


class HeapGraph:
    """The graph of one dump, read-only, on a connection of its own: for one thread at a time."""

    def __init__(self, connect: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        """`connect` gives connections that have the index as their database and the graph attached as `graph`."""
        self._connect = connect
        self._connection = connect()
        try:
            self.summary = Summary(*self._rows("from graph.summary")[0])
        except BaseException:
            self.close()  # as long as one connection is open, DuckDB serves a damaged file to the others
            raise
        self.known_exact: dict[int, int] = {}

    @contextmanager
    def cursor(self) -> Iterator[HeapGraph]:
        """The same graph for another thread; it can be used to the end even if this one is closed meanwhile."""
        other = HeapGraph(self._connect)  # DuckDB's own cursors end with their connection, or keep it from closing
        other.known_exact = self.known_exact
        try:
            yield other
        finally:
            other.close()

    def close(self) -> None:
        """Release the files."""
        self._connection.close()

    @cached_property
    def held_bytes(self) -> int:
        """All that the roots retain, in bytes, without the allocation tracer's own: what shares are taken of."""
        (held,) = self._rows("select retained from graph.tree where id = 0")[0]
        return int(held)

    @cached_property
    def by_site(self) -> list[int]:
        """Per site the retained bytes of those of its objects that no other of them dominates: a lower bound."""
        found = dict(self._rows("select site, bytes from graph.site_retained"))
        (sites,) = self._rows("select count(*) from site")[0]
        return [found.get(site, 0) for site in range(sites)]

    def by_class(self) -> dict[str, int]:
        """What the objects of each class retain, in the same sense, by the class's name."""
        return dict(self._rows("select class, bytes from graph.class_retained"))

    def exact(self, site: int) -> int:
        """What no root would reach any more if all objects of the site went away, in bytes: at least `by_site`.

        Kept in `known_exact`.
        """
        if site not in self.known_exact:
            self.known_exact[site] = self._lost_without(self.column("site") == site)
        return self.known_exact[site]

    def exact_of_class(self, name: str) -> int:
        """The same for all objects of the class: at least what `by_class` says."""
        labels = [label for (label,) in self._rows("select id from graph.label where class = ?", name)]
        return self._lost_without(np.isin(self.column("label"), labels))

    def _lost_without(self, gone: NDArray[np.bool_]) -> int:
        reached = kernel.reachable_without(self.offsets, self.targets, gone.view(np.uint8))
        lost = (reached == 0) & (self.column("idom") >= 0)
        return int(self.column("memsize")[lost].sum())

    def branches(self, parent: int, offset: int, limit: int) -> tuple[list[Branch], int]:
        """A page of what lies directly under a branch of the merged dominator tree (0: the roots), and how many do.

        Most retained bytes first.
        """
        rows = self._rows(
            f"select tree.id, tree.objects, tree.bytes, tree.retained, {_LABEL}"  # noqa: S608 -- a constant
            " from graph.tree join graph.label on label.id = tree.label left join site on site.id = label.site"
            " where tree.parent = ? and tree.id <> 0 order by tree.retained desc, tree.id limit ? offset ?",
            parent, limit, offset,
        )  # fmt: skip
        (total,) = self._rows("select count(*) from graph.tree where parent = ? and id <> 0", parent)[0]
        return [Branch(number, objects, own, held, Label(*label)) for number, objects, own, held, *label in rows], total

    def all_branches(self, least: int = 0) -> dict[int, list[Branch]]:
        """The merged dominator tree, without what retains fewer than `least` bytes.

        By each branch's id (0: the roots) what lies directly under it, least retained bytes first, so that a stack
        gives the largest first. Roots are there, but are no objects.
        """
        found: dict[int, list[Branch]] = defaultdict(list)
        for parent, number, objects, own, held, *label in self._rows(
            f"select tree.parent, tree.id, case when label.class is null then 0 else tree.objects end, tree.bytes,"  # noqa: S608 -- a constant
            f" tree.retained, {_LABEL}"
            " from graph.tree join graph.label on label.id = tree.label left join site on site.id = label.site"
            " where tree.id <> 0 and tree.retained >= ? order by tree.retained, tree.id desc",
            least,
        ):
            found[parent].append(Branch(number, objects, own, held, Label(*label)))
        return found

    def biggest(self, site: int) -> list[Holder]:
        """The site's objects that retain most: three at the most."""
        rows = self._rows(
            f"select retained, dominated, address, {_LABEL}"  # noqa: S608 -- a constant
            " from graph.site_biggest join graph.label on label.id = site_biggest.label"
            " left join site on site.id = label.site where site_biggest.site = ? order by retained desc, address",
            site,
        )
        return [Holder(address, Label(*label), retained, objects) for retained, objects, address, *label in rows]

    def labels_of(self, ids: NDArray[np.integer[Any]]) -> dict[int, Label]:
        """The labels with these ids, by id; an id of none (the super-root's -1) is left out."""
        query = (
            f"select {_LABEL} from graph.label left join site on site.id = label.site"  # noqa: S608 -- a constant
            " where label.id in (select id from asked)"
        )
        return {row[0]: Label(*row) for row in self._rows_with({"id": np.unique(ids)}, query)}

    def largest_names(
        self, labels: NDArray[np.intp], sizes: NDArray[Any], counts: NDArray[np.intp], limit: int
    ) -> tuple[tuple[str, int], ...]:
        """The names that most bytes belong to, with their objects, where each label has such a size and count."""
        query = (
            "select label.name, sum(count)::bigint from asked join graph.label on label.id = asked.id"
            " group by label.name order by sum(size) desc, label.name limit ?"
        )
        return tuple(self._rows_with({"id": labels, "size": sizes, "count": counts}, query, limit))

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each node's edges begin in `targets`, and at the end where the last one's end."""
        return np.append(self.column("first_edge"), self._rows("select count(*) from graph.edge")[0][0])

    @property
    def targets(self) -> NDArray[np.int32]:
        """The targets of all edges, in order of their sources."""
        return self.column("target")

    @property
    def preorder(self) -> NDArray[np.int32]:
        """The nodes in preorder of the dominator tree."""
        return self._column("node", "preorder")

    def column(self, name: str) -> NDArray[Any]:
        """One column of what is known of each node or edge, whole, in order; read anew each time."""
        return self._column(name, _TABLES.get(name, "node"))

    def _column(self, name: str, table: str) -> NDArray[Any]:
        return self._connection.execute(f"select {name} from graph.{table}").fetchnumpy()[name]  # noqa: S608 -- ours

    def _rows_with(self, asked: dict[str, NDArray[Any]], query: str, *parameters: object) -> list[Any]:
        """What the query finds, with these columns as the table `asked`."""
        self._connection.register("asked", asked)
        try:
            return self._rows(query, *parameters)
        finally:
            self._connection.unregister("asked")

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        return self._connection.execute(query, parameters).fetchall()
