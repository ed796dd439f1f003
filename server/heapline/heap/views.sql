-- The graph in terms of the index's objects: `id` is that of `object`. A root is no object: null.
-- The index is attached as `heap`, the graph as `graph`.

-- Per object: what it retains, what dominates it, and the object before it on a shortest path from a root.
create view retained as
  select node - 1 as id,
         idom >= 0 as reachable,
         case when idom >= 0 then retained end as bytes,     -- of all that would be freed with it, itself included
         case when idom >= 0 then dominated end as objects,  -- how many objects those are
         case when idom between 1 and number then idom - 1 end as dominator,
         case when parent between 1 and number then parent - 1 end as parent,
         case when distance >= 0 then distance end as distance  -- references on that path
  from (select rowid as node, idom, retained, dominated from graph.dominator) positional join graph.path,
       (select count(*) as number from heap.slot)
  where node between 1 and number;

-- Per reference: the object that refers (`source`) and the one that it refers to (`target`). Those of roots are in `root`.
create view reference as
  with leaving as (
    select rowid as node, first_edge as first, lead(first_edge, 1, edges.number) over (order by rowid) as next
    from graph.node, (select count(*) as number from graph.edge) as edges
  )
  select node - 1 as source, edge.target - 1 as target
  from (select rowid as at, target from graph.edge) as edge
  asof join (select node, first from leaving where next > first) as leaving on edge.at >= leaving.first
  where node between 1 and (select count(*) from heap.slot);

-- Per object that a root names: the root's category (`vm`, `machine_context`, ...).
create view root as
  with category as (
    select node.rowid as node, label.name[6:] as category, first_edge as first,
           lead(first_edge, 1, edges.number) over (order by node.rowid) as next
    from graph.node join graph.label on label.id = node.label, (select count(*) as number from graph.edge) as edges
    where node.rowid > (select count(*) from heap.slot)
  )
  select category, edge.target - 1 as id
  from (select rowid as at, target from graph.edge) as edge
  join category on edge.at >= category.first and edge.at < category.next;
