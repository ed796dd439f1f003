-- The graph of one heap dump, beside its index. Node 0 is the super-root; then come the index's objects in their order,
-- then a node for each category of roots (vm, machine_context, ...), to which the super-root refers and which refers to
-- whatever the ROOT lines of that category name. Bytes are `memsize`.
-- Change anything here and raise SCHEMA in cache.py: older graphs are then built anew.

-- `node`, `dominator` and `path` have a row per node, in order of its number, which is the row's: the object of row i of the
-- index's `slot` is node i + 1. (`node positional join dominator positional join path` has all columns. They are three
-- tables since each is written as soon as it is known, while the next is computed.)
create table node (
  memsize bigint,      -- 0 for the allocation tracer, which is part of the measurement and weighs on nobody
  site integer,        -- -1: not traced
  label integer,
  first_edge bigint    -- its edges are the rows of `edge` from this one on, to the next node's first
);
create table dominator (
  idom integer,        -- immediate dominator; -1: unreachable from the recorded roots
  retained bigint,     -- bytes of all that it dominates, itself included
  dominated integer    -- how many objects those are
);
create table path (
  distance integer,    -- edges on a shortest path from the super-root; -1: unreachable
  parent integer       -- the node before it on that path
);

create table edge (target integer);

-- The nodes in preorder of the dominator tree: a node and all that it dominates are consecutive rows.
create table preorder (node integer);

-- What a node is called in a path: its class and site; a class or module with a name, that name; a category, `root …`.
create table label (id integer, site integer, name varchar, class varchar);

-- Retained size: summed over the site's (class's) objects that no other object of the same site (class) dominates.
-- A lower bound of what they retain together.
create table site_retained (site integer, bytes bigint);
create table class_retained (class varchar, bytes bigint);

-- The three objects of each site that retain most.
create table site_biggest (site integer, address ubigint, label integer, retained bigint, dominated integer);

-- The dominator tree merged by label: what the objects of one label, held by those of the parent, retain. Objects of one
-- label below each other (a list) are one row. Row 0 is the super-root.
create table tree (
  id integer,
  parent integer,
  label integer,
  objects bigint,
  bytes bigint,        -- their own
  retained bigint
);

-- One row: the buckets, and what was odd.
create table summary (
  reachable_objects bigint,
  reachable_bytes bigint,
  unreachable_objects bigint,
  unreachable_bytes bigint,
  edges bigint,
  dangling_references bigint,
  duplicate_references bigint
);
