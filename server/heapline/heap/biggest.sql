-- The three objects of each site that retain most, from `node` and `dominator`.
insert into site_biggest
  with chosen as (
    select site, unnest(arg_max(node.rowid, retained, 3)) as id
    from node positional join dominator
    where site >= 0
    group by site
  )
  select chosen.site, slot.address, node.label, dominator.retained, dominator.dominated
  from chosen
  join node on node.rowid = chosen.id
  join dominator on dominator.rowid = chosen.id
  join heap.slot on slot.rowid = node.rowid - 1
  order by chosen.site, dominator.retained desc, slot.address;
