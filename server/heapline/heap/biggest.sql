-- The three objects of each site that retain most, from `node`.
insert into site_biggest
  with chosen as (
    select site, unnest(arg_max(rowid, retained, 3)) as id from node where site >= 0 group by site
  )
  select chosen.site, slot.address, node.label, node.retained, node.dominated
  from chosen
  join node on node.rowid = chosen.id
  join heap.slot on slot.rowid = node.rowid - 1
  order by chosen.site, node.retained desc, slot.address;
