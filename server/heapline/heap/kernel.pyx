# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The compiled module: who holds what in a directed graph of millions of nodes.

``compact`` makes the graph, ``dominators`` finds its dominator tree, ``retained`` and ``group_retained`` sum
over that; ``distances`` finds shortest paths, ``merge_paths`` folds many of them into a small tree, and
``reachable_without`` marks what is left when some nodes go.

A graph of n nodes and m edges is two arrays: node v has edges to ``targets[offsets[v]:offsets[v + 1]]``. Node
0 is the super-root, where every walk starts. Duplicate edges, self loops and unreachable nodes are welcome;
an array of another type or length, or a number out of its range, is a ValueError. No loop holds the GIL and
none recurses. While one runs, no other thread may write to its arrays. Types are in ``kernel.pyi``.

The dominators are found by SEMI-NCA: L. Georgiadis, "Linear-Time Algorithms for Dominators and Related
Problems", PhD thesis, Princeton 2005; L. Georgiadis, R. E. Tarjan, R. F. Werneck, "Finding Dominators in
Practice", Journal of Graph Algorithms and Applications 10(1), 2006. Two things differ from the paper:

- An edge to a later node of the depth-first preorder always leads to a descendant, so its source is at once a
  candidate for the semi-dominator. Only edges to earlier nodes are kept for the second pass.
- SEMI-NCA climbs the dominator tree link by link, which is quadratic where a long list ends in many nodes
  that are also held from above it, as in many a heap. Here the climb follows the jump pointers of E. W.
  Myers, "An applicative random-access stack", Information Processing Letters 17(5), 1983, so that every graph
  takes O((n + m) log n) time.
"""

from libc.stdint cimport INT32_MAX, INT64_MAX, int32_t, int64_t, uint8_t, uint32_t, uint64_t

from collections import namedtuple

import numpy as np

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define fetch_ahead(address) __builtin_prefetch(address)
    #else
    #define fetch_ahead(address)
    #endif
    """
    void fetch_ahead(const void *address) noexcept nogil

cdef enum:
    AHEAD = 7  # how many edges before it is looked at, a node comes from memory: that is what the time goes into

MergedPaths = namedtuple("MergedPaths", "parent label nodes ends weight sample unreachable", module=__name__)

cdef enum:
    NEAR = 2  # so many targets fit where else the place of the first edge is kept: most objects have no more

cdef union Edges:
    int64_t first  # of a node with more edges than NEAR, its first one
    int32_t near[NEAR]  # of any other, its targets: so memory is waited for once instead of twice

cdef struct Visit:  # what the depth-first walk knows of a node, in one line of the cache
    int32_t number  # -1 until the walk meets it
    int32_t count
    Edges edges

cdef struct Left:  # what is left to do at a node that the walk went on from
    const int32_t *target
    int32_t count
    int32_t number

cdef struct Step:  # what merge_paths knows of a node; all zero where no path meets it
    int32_t child  # one of the nodes after it on the paths, 0 for none
    int32_t sibling  # another node after the same one, 0 for none
    int32_t group  # -1 until the walk meets it
    int32_t aside  # what the walk replaced in ``above`` when it met the node,
    int32_t stale  # and what in ``latest``

cdef struct Group:
    int32_t parent
    int32_t label
    int32_t nodes
    int32_t sample
    int32_t depth  # how many groups are above it
    int32_t next  # in the same bucket of the hash table, 0 for none

_STEP = np.dtype([(name, np.int32) for name in ("child", "sibling", "group", "aside", "stale")])
_GROUP = np.dtype([(name, np.int32) for name in ("parent", "label", "nodes", "sample", "depth", "next")])


def compact(const int64_t[::1] offsets, const int32_t[::1] targets):
    """The graph without targets that are -1 and without duplicates: (offsets, targets, dangling, duplicates).

    The first of each node's edges to the same target stays, in its place; a self loop is an edge like any other.
    ``dangling`` counts the targets that were -1, ``duplicates`` the edges that were there already. Beside its
    input and output it needs 4 bytes a node.
    """
    cdef int32_t n = _checked_nodes(offsets, targets, -1), v, w
    cdef int64_t edge, m = 0, dangling = 0
    starts = np.zeros(n + 1, np.int64)
    kept = np.empty(targets.shape[0], np.int32)
    cdef int64_t[::1] starts_view = starts
    cdef int32_t[::1] kept_view = kept
    cdef int32_t[::1] last_source = np.full(n, -1, np.int32)
    with nogil:
        for v in range(n):
            for edge in range(offsets[v], offsets[v + 1]):
                w = targets[edge]
                if w < 0:
                    dangling += 1
                elif last_source[w] != v:
                    last_source[w] = v
                    kept_view[m] = w
                    m += 1
            starts_view[v + 1] = m
    return starts, kept[:m], dangling, targets.shape[0] - m - dangling


def dominators(const int64_t[::1] offsets, const int32_t[::1] targets):
    """The dominator tree of what node 0 reaches: (idom, order, objects).

    ``idom[v]`` is the immediate dominator of v: 0 for node 0, -1 where v is unreachable. ``order`` lists the
    reachable nodes in preorder of that tree, and ``objects[v]`` counts the nodes that v dominates, itself
    included (0 where v is unreachable): ``order[i]`` dominates exactly ``order[i:i + objects[order[i]]]``.

    Beside its input and output it needs 36 bytes a node, 16 more for each on the longest path of the walk, and at
    most 12 bytes an edge.
    """
    cdef int32_t n = _checked_nodes(offsets, targets), reached
    cdef int64_t[:, ::1] visits = np.empty((n, sizeof(Visit) // sizeof(int64_t)), np.int64)
    cdef int32_t[::1] preorder = np.empty(n, np.int32)
    cdef int32_t[::1] parent = np.empty(n, np.int32)
    cdef int32_t[::1] semi = np.empty(n, np.int32)
    cdef int64_t[:, ::1] stack = np.empty((n, sizeof(Left) // sizeof(int64_t)), np.int64)  # touched as far as it is used
    cdef int64_t[::1] backward = np.zeros(n + 1, np.int64)
    cdef int32_t[:, ::1] kept = np.empty((targets.shape[0], 2), np.int32)
    with nogil:
        _spread_out(offsets, targets, <Visit *> &visits[0, 0])
        reached = _depth_first(targets, <Visit *> &visits[0, 0], preorder, parent, semi, <Left *> &stack[0, 0],
                               backward, kept)
    visits = stack = None

    cdef int32_t[::1] sources = np.empty(backward[n], np.int32)
    with nogil:
        _turn_round(kept, backward, sources)
    kept = None

    cdef int32_t[::1] ancestor = np.array(parent[:reached])
    cdef int32_t[::1] label = np.empty(reached, np.int32)
    with nogil:
        _semi_dominators(backward, sources, semi, ancestor, label)
        _immediate_dominators(parent, semi, ancestor, label)
    backward = sources = semi = None

    idom = np.full(n, -1, np.int32)
    order = np.empty(reached, np.int32)
    objects = np.zeros(n, np.int32)
    cdef int32_t[::1] idom_view = idom, order_view = order, objects_view = objects
    with nogil:
        _lay_out(preorder, parent, label, ancestor, idom_view, order_view, objects_view)
    return idom, order, objects


def retained(const int32_t[::1] idom, const int32_t[::1] order, const int64_t[::1] weights):
    """Per node the sum of ``weights`` over all that it dominates, itself included; 0 where it is unreachable.

    ``idom`` and ``order`` are those of ``dominators``. Weights are 0 or more, their sum below 2**63.
    """
    cdef int32_t n = _checked_order(idom.shape[0], order), v, holder
    cdef int64_t total = 0, i
    _check_length("weights", weights.shape[0], n)
    sums = np.zeros(n, np.int64)
    cdef int64_t[::1] view = sums
    with nogil:
        for i in range(order.shape[0] - 1, -1, -1):
            v = order[i]
            holder = idom[v]
            if not 0 <= holder < n:
                raise ValueError(f"idom[{v}] is {holder}, not one of {n} nodes")
            if not 0 <= weights[v] <= INT64_MAX - total:
                raise ValueError(f"weights[{v}] is {weights[v]}: negative, or the sum passes 2**63 - 1")
            total += weights[v]
            view[v] += weights[v]
            if holder != v:
                view[holder] += view[v]
    return sums


def group_retained(const int32_t[::1] order, const int32_t[::1] objects, const int32_t[::1] group,
                   const int64_t[::1] retained, int32_t groups):
    """Per group from 0 the sum of ``retained`` over those of its nodes that no other of its nodes dominates.

    ``order`` and ``objects`` are those of ``dominators``; ``group[v]`` is the group of node v, -1 for none. A
    subtree is a slice of ``order``: a node counts unless it lies in the slice that its group counted last.
    Beside its input and output it needs 8 bytes a group.
    """
    cdef int32_t n = _checked_order(objects.shape[0], order), v, g
    cdef int64_t i
    _check_length("group", group.shape[0], n)
    _check_length("retained", retained.shape[0], n)
    sums = np.zeros(groups, np.int64)
    cdef int64_t[::1] view = sums
    cdef int64_t[::1] covered = np.zeros(groups, np.int64)
    with nogil:
        for i in range(order.shape[0]):
            v = order[i]
            g = group[v]
            if not -1 <= g < groups:
                raise ValueError(f"group[{v}] is {g}, not one of {groups} groups or -1")
            if g >= 0 and i >= covered[g]:
                covered[g] = i + objects[v]
                view[g] += retained[v]
    return sums


def distances(const int64_t[::1] offsets, const int32_t[::1] targets):
    """A tree of shortest paths from node 0: (distance, parent).

    ``distance[v]`` counts the edges from node 0 to v, ``parent[v]`` is the node before v on the path (0 for
    node 0); both are -1 where v is unreachable. Beside its input and output it needs 4 bytes a node.
    """
    cdef int32_t n = _checked_nodes(offsets, targets), head = 0, tail = 1, v, w
    cdef int64_t edge
    distance = np.full(n, -1, np.int32)
    parent = np.full(n, -1, np.int32)
    cdef int32_t[::1] distance_view = distance, parent_view = parent
    cdef int32_t[::1] queue = np.empty(n, np.int32)
    with nogil:
        queue[0] = distance_view[0] = parent_view[0] = 0
        while head < tail:
            v = queue[head]
            head += 1
            for edge in range(offsets[v], offsets[v + 1]):
                w = targets[edge]
                if distance_view[w] < 0:
                    distance_view[w] = distance_view[v] + 1
                    parent_view[w] = v
                    queue[tail] = w
                    tail += 1
    return distance, parent


def reachable_without(const int64_t[::1] offsets, const int32_t[::1] targets, const uint8_t[::1] blocked):
    """Per node 1 where a path from node 0 to it, ends included, meets no ``blocked`` node, else 0.

    What some nodes retain together, exactly, is all that is reachable but not without them. Beside its input
    and output it needs 4 bytes a node.
    """
    cdef int32_t n = _checked_nodes(offsets, targets), head = 0, tail = 0, v, w
    cdef int64_t edge
    _check_length("blocked", blocked.shape[0], n)
    marked = np.zeros(n, np.uint8)
    cdef uint8_t[::1] view = marked
    cdef int32_t[::1] queue = np.empty(n, np.int32)
    with nogil:
        if not blocked[0]:
            queue[0] = 0
            view[0] = tail = 1
        while head < tail:
            v = queue[head]
            head += 1
            for edge in range(offsets[v], offsets[v + 1]):
                w = targets[edge]
                if not view[w] and not blocked[w]:
                    view[w] = 1
                    queue[tail] = w
                    tail += 1
    return marked


def merge_paths(const int32_t[::1] parent, const int32_t[::1] label, const int32_t[::1] ends,
                const int64_t[::1] weights):
    """The paths from node 0 to the ``ends``, merged by label into a tree of groups: MergedPaths.

    ``parent`` is that of ``distances``, or the ``idom`` of ``dominators``: any tree that leads to node 0, -1 where
    a node is not in it. ``label[v]`` is less than the number of nodes; -1 is a label as well.
    Node 0 is of group 0, whatever the ends. The node after one of group g is of g or of the group above g that has its label, or
    else of g's one child with that label. So what repeats along a path appears once, like recursion folded in a
    flame graph, and no label is twice on the way from group 0 to another.

    Per group, parents first: its ``parent`` (0 for group 0), its ``label``, how many ``nodes`` of the paths are
    of it, how many of the ``ends`` and what ``weight`` these have together, and a ``sample`` of its nodes.
    ``unreachable`` counts the ends whose parent is -1: they are of no group. An end given twice counts twice.
    Weights are 0 or more, the sum over the ends below 2**63.

    The time goes with the ends and the nodes on the paths, not with all nodes. Beside its input and output it
    needs 24 bytes a node (touched only where a path comes by) and at most 36 for each on the paths.
    """
    cdef int32_t n = _checked_count(parent.shape[0]), count, v, g
    cdef int64_t i, total = 0, unreachable = 0
    cdef int bits = 0
    _check_length("label", label.shape[0], n)
    _check_length("weights", weights.shape[0], n)
    cdef Step[::1] steps = np.zeros(n, _STEP)
    with nogil:
        count = _link_children(parent, label, ends, steps)
    while count >> bits:
        bits += 1
    groups = np.empty(count, _GROUP)
    cdef Group[::1] groups_view = groups
    cdef int32_t[::1] above = np.zeros(count, np.int32)
    cdef int32_t[::1] latest = np.zeros(n + 1, np.int32)
    cdef int32_t[::1] buckets = np.zeros(<int64_t> 1 << bits, np.int32)
    with nogil:
        count = _walk_down(parent, label, steps, groups_view, above, latest, buckets, 64 - bits)

    ends_in = np.zeros(count, np.int64)
    weight = np.zeros(count, np.int64)
    cdef int64_t[::1] ends_view = ends_in, weight_view = weight
    with nogil:
        for i in range(ends.shape[0]):
            v = ends[i]
            g = steps[v].group
            if parent[v] < 0:
                unreachable += 1
                continue
            if g < 0:
                raise ValueError(f"the parents of node {v} go round in a circle")
            if not 0 <= weights[v] <= INT64_MAX - total:
                raise ValueError(f"weights[{v}] is {weights[v]}: negative, or the sum passes 2**63 - 1")
            total += weights[v]
            ends_view[g] += 1
            weight_view[g] += weights[v]
    found = groups[:count]
    return MergedPaths(found["parent"].copy(), found["label"].copy(), found["nodes"].astype(np.int64), ends_in,
                       weight, found["sample"].copy(), unreachable)


cdef int32_t _checked_count(int64_t n) except -1:
    if not 1 <= n < INT32_MAX:
        raise ValueError(f"a graph has 1 to 2**31 - 2 nodes, not {n}")
    return <int32_t> n


cdef int32_t _checked_nodes(const int64_t[::1] offsets, const int32_t[::1] targets, int32_t least=0) except -1:
    """The number of nodes, once every offset is known to be in range, and every target from ``least`` on."""
    cdef int64_t n = _checked_count(offsets.shape[0] - 1), m = targets.shape[0], i
    if offsets[0] != 0 or offsets[n] != m:
        raise ValueError(f"offsets go from {offsets[0]} to {offsets[n]}, not from 0 to the {m} targets")
    with nogil:
        for i in range(n):
            if offsets[i] > offsets[i + 1]:
                raise ValueError(f"offsets[{i + 1}] is {offsets[i + 1]}, less than {offsets[i]} before it")
        for i in range(m):
            if not least <= targets[i] < n:
                raise ValueError(f"targets[{i}] is {targets[i]}, not one of {n} nodes{' or -1' if least else ''}")
    return <int32_t> n


cdef int32_t _checked_order(int64_t n, const int32_t[::1] order) except -1:
    """n, once every entry of order is known to be one of n nodes."""
    cdef int64_t i
    if not order.shape[0] <= n < INT32_MAX:
        raise ValueError(f"order lists {order.shape[0]} of {n} nodes")
    with nogil:
        for i in range(order.shape[0]):
            if not 0 <= order[i] < n:
                raise ValueError(f"order[{i}] is {order[i]}, not one of {n} nodes")
    return <int32_t> n


cdef int _check_length(str name, int64_t length, int32_t n) except -1:
    if length != n:
        raise ValueError(f"{name} has {length} entries for {n} nodes")
    return 0


cdef int32_t _link_children(const int32_t[::1] parent, const int32_t[::1] label, const int32_t[::1] ends,
                            Step[::1] steps) except -1 nogil:
    """Turn the paths round: link each node on them to those after it. Return how many nodes that are.

    Nodes that go round in a circle are linked to each other, out of the reach of node 0.
    """
    cdef int32_t n = <int32_t> parent.shape[0], met = 1, v, before
    cdef int64_t i
    if parent[0] != 0 or not -1 <= label[0] < n:
        raise ValueError(f"node 0 has parent {parent[0]}, not 0, or label {label[0]}, not one of {n} or -1")
    for i in range(ends.shape[0]):
        v = ends[i]
        if not 0 <= v < n:
            raise ValueError(f"ends[{i}] is {v}, not one of {n} nodes")
        if parent[v] == -1:
            continue
        while v != 0 and steps[v].group == 0:
            before = parent[v]
            if not 0 <= before < n:
                raise ValueError(f"parent[{v}] is {before}, not one of {n} nodes")
            if not -1 <= label[v] < n:
                raise ValueError(f"label[{v}] is {label[v]}, not one of {n} or -1")
            steps[v].sibling = steps[before].child
            steps[before].child = v
            steps[v].group = -1
            met += 1
            v = before
    return met


cdef int32_t _walk_down(const int32_t[::1] parent, const int32_t[::1] label, Step[::1] steps, Group[::1] groups,
                        int32_t[::1] above, int32_t[::1] latest, int32_t[::1] buckets, int shift) noexcept nogil:
    """Walk all paths depth first from node 0 and give each node its group. Return how many groups there are.

    At a node of group g, ``above[:depth of g + 1]`` is the way from group 0 to g, and ``latest`` has by label
    the group that was put there last. That group is g or above it exactly if it still stands at its depth. A
    group set aside in ``above`` by another comes back when the walk leaves the node that did so: each step costs
    the same, however far it folds back.
    """
    cdef int32_t count = 1, v = 0, w = steps[0].child, g, named
    groups[0] = Group(parent=0, label=label[0], nodes=1, sample=0, depth=0, next=0)
    while True:
        while w == 0:
            if v == 0:
                return count
            above[groups[steps[v].group].depth] = steps[v].aside
            latest[label[v] + 1] = steps[v].stale
            w = steps[v].sibling
            v = parent[v]
        named = label[w]
        g = latest[named + 1]
        if groups[g].label != named or groups[g].depth > groups[steps[v].group].depth or above[groups[g].depth] != g:
            g = _child_group(groups, count, buckets, shift, steps[v].group, named, w)
            if g == count:
                count += 1
        groups[g].nodes += 1
        steps[w].group = g
        if steps[w].child == 0:
            w = steps[w].sibling
        else:
            steps[w].aside = above[groups[g].depth]
            steps[w].stale = latest[named + 1]
            above[groups[g].depth] = latest[named + 1] = g
            v = w
            w = steps[v].child


cdef inline int32_t _child_group(Group[::1] groups, int32_t count, int32_t[::1] buckets, int shift, int32_t parent,
                                 int32_t label, int32_t sample) noexcept nogil:
    """The child of a group with a label, from a hash table with chains; made as group ``count`` if there is none."""
    cdef uint64_t key = (<uint64_t> parent << 32 | <uint32_t> label) * 0x9E3779B97F4A7C15U
    cdef uint64_t bucket = (key ^ key >> 32) * 0x9E3779B97F4A7C15U >> shift
    cdef int32_t g = buckets[bucket]
    while g != 0 and (groups[g].parent != parent or groups[g].label != label):
        g = groups[g].next
    if g == 0:
        g = count
        groups[g] = Group(parent=parent, label=label, nodes=0, sample=sample, depth=groups[parent].depth + 1,
                          next=buckets[bucket])
        buckets[bucket] = g
    return g


# From here on nodes go by their number in depth-first preorder, except in offsets, targets and the results.


cdef void _spread_out(const int64_t[::1] offsets, const int32_t[::1] targets, Visit *visits) noexcept nogil:
    """Fill ``visits`` with what the walk will want to know of each node."""
    cdef int32_t v, i
    for v in range(<int32_t> offsets.shape[0] - 1):
        visits[v].number = -1
        visits[v].count = <int32_t> (offsets[v + 1] - offsets[v])
        if visits[v].count > NEAR:
            visits[v].edges.first = offsets[v]
        else:
            for i in range(visits[v].count):
                visits[v].edges.near[i] = targets[offsets[v] + i]


cdef int32_t _depth_first(const int32_t[::1] targets, Visit *visits, int32_t[::1] preorder, int32_t[::1] parent,
                          int32_t[::1] semi, Left *stack, int64_t[::1] backward,
                          int32_t[:, ::1] kept) noexcept nogil:
    """Number the reachable nodes and return how many they are.

    Fills ``semi`` with the first of the ancestors that have an edge to the node, ``kept`` with the edges to
    earlier nodes as (target, source), and ``backward`` with where the slice of each target will end when they
    are sorted. Nodes whose edges are all done are not put on the stack.
    """
    cdef int32_t reached = 1, depth = 0, u = 0, v, w, ahead, left = visits[0].count
    cdef const int32_t *target = &targets[0] if left > NEAR else &visits[0].edges.near[0]
    cdef Visit *visit
    cdef int64_t i = 0
    visits[0].number = preorder[0] = parent[0] = semi[0] = 0
    while True:
        while left > 0:
            v = target[0]
            target += 1
            left -= 1
            if left > AHEAD:
                fetch_ahead(&visits[target[AHEAD]])
            visit = &visits[v]
            w = visit.number
            if w < 0:
                if left > 0:
                    stack[depth] = Left(target=target, count=left, number=u)
                    depth += 1
                left = visit.count
                target = &targets[visit.edges.first] if left > NEAR else &visit.edges.near[0]
                for ahead in range(min(AHEAD + 1, left)):
                    fetch_ahead(&visits[target[ahead]])
                visit.number = reached
                preorder[reached] = v
                parent[reached] = semi[reached] = u
                u = reached
                reached += 1
            elif w < u:
                kept[i, 0] = w
                kept[i, 1] = u
                i += 1
                backward[w] += 1
            elif u < semi[w]:
                semi[w] = u
        if depth == 0:
            break
        depth -= 1
        target = stack[depth].target
        left = stack[depth].count
        u = stack[depth].number
    for i in range(1, backward.shape[0]):
        backward[i] += backward[i - 1]
    return reached


cdef void _turn_round(const int32_t[:, ::1] kept, int64_t[::1] backward, int32_t[::1] sources) noexcept nogil:
    """Sort the sources by target: those of w go to ``sources[backward[w]:backward[w + 1]]``."""
    cdef int64_t i
    cdef int32_t w
    for i in range(sources.shape[0]):
        w = kept[i, 0]
        backward[w] -= 1
        sources[backward[w]] = kept[i, 1]


cdef void _semi_dominators(const int64_t[::1] backward, const int32_t[::1] sources, int32_t[::1] semi,
                           int32_t[::1] ancestor, int32_t[::1] label) noexcept nogil:
    """Complete ``semi``, last node first; ``ancestor`` comes with the parents and is used up.

    When it is w's turn, ``label[v]`` of a later v is the least ``semi`` from v up to below ``ancestor[v]``.
    """
    cdef int32_t w, v, above, below, least
    cdef int64_t edge
    for w in range(<int32_t> label.shape[0] - 1, 0, -1):
        least = semi[w]
        for edge in range(backward[w], backward[w + 1]):
            v = sources[edge]
            if edge >= 2 * AHEAD:  # later nodes come first
                fetch_ahead(&ancestor[sources[edge - 2 * AHEAD]])
                fetch_ahead(&label[sources[edge - 2 * AHEAD]])
            # Path compression without a stack: climb turning each link round, then come back down.
            below = -1
            while ancestor[v] > w:
                above = ancestor[v]
                ancestor[v] = below
                below = v
                v = above
            while below >= 0:
                label[below] = min(label[below], label[v])
                above = ancestor[v]
                v = below
                below = ancestor[v]
                ancestor[v] = above
            least = min(least, label[v])
        semi[w] = label[w] = least


cdef void _immediate_dominators(int32_t[::1] idom, const int32_t[::1] semi, int32_t[::1] jump,
                                int32_t[::1] depth) noexcept nogil:
    """Turn the parents in ``idom`` into the immediate dominators: the first above each node, up to ``semi``.

    Fills ``depth`` with that in the dominator tree, and ``jump`` with a link that skips part of the way up.
    """
    cdef int32_t w, holder, far
    jump[0] = depth[0] = 0
    for w in range(1, <int32_t> depth.shape[0]):
        holder = idom[w]
        while holder > semi[w]:
            holder = jump[holder] if jump[holder] > semi[w] else idom[holder]
        idom[w] = holder
        depth[w] = depth[holder] + 1
        far = jump[holder]
        jump[w] = jump[far] if depth[holder] - depth[far] == depth[far] - depth[jump[far]] else holder


cdef void _lay_out(const int32_t[::1] preorder, const int32_t[::1] parent, int32_t[::1] size,
                   int32_t[::1] place, int32_t[::1] idom, int32_t[::1] order,
                   int32_t[::1] objects) noexcept nogil:
    """Write the results, by node, from the dominators in ``parent``; ``size`` and ``place`` are scratch.

    A subtree takes as many places of ``order`` as it has nodes; ``place`` is the next free one in each.
    """
    cdef int32_t w, holder
    size[:] = 1
    for w in range(<int32_t> order.shape[0] - 1, 0, -1):
        size[parent[w]] += size[w]
    idom[0] = order[0] = 0
    objects[0] = size[0]
    place[0] = 1
    for w in range(1, <int32_t> order.shape[0]):
        holder = parent[w]
        order[place[holder]] = preorder[w]
        place[w] = place[holder] + 1
        place[holder] += size[w]
        idom[preorder[w]] = preorder[holder]
        objects[preorder[w]] = size[w]
