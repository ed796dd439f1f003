-- The tables of schema.sql that are sums, from the columns in memory: `slots`, `spots`, `kinds`, `names`.

insert into slot select address, memsize, generation, spot, kind, entries, content from slots;

insert into class_name
  select address, any_value(name), any_value(case when singleton then 'singleton class of ' else lower(type) || ' ' end || name)
  from names group by address;

insert into kind
  select kinds.id, type, class, detail,
         case
           when is_tracer then 'allocation tracer'
           when type = 'IMEMO' then 'internal ' || coalesce(detail, 'imemo')
           when class_name.name is not null then class_name.name
           when type = 'DATA' and detail is not null then detail || ' (DATA)'
           when class = 0 then 'internal ' || lower(type)
           when class in (select address from slot join kinds as known on known.id = slot.kind
                          where known.type in ('CLASS', 'MODULE')) then type || ' of an unnamed class'
           else upper(type[1]) || lower(type[2:]) || ' (class not in the dump)'
         end,
         is_tracer
  from (select *, coalesce(type = 'DATA' and detail = 'ObjectTracing/allocation_info_tracer', false) as is_tracer from kinds)
    as kinds
  left join class_name on class_name.address = kinds.class
  order by kinds.id;

create temp table by_spot as
  select spot, kind, generation, count(*) as objects, sum(memsize)::bigint as bytes from slots group by all;

insert into site
  with by_method as (
    select file, line, method, sum(objects)::bigint as objects, sum(bytes)::bigint as bytes
    from by_spot join spots on spots.id = by_spot.spot group by all
  )
  select (row_number() over (order by sum(bytes) desc, file, line) - 1)::integer, file, line,
         arg_max(method, (objects, method)), sum(objects)::bigint, sum(bytes)::bigint
  from by_method group by file, line order by 1;

insert into spot
  select spots.id, site.id, file, spots.line, spots.method
  from spots join site on site.path = spots.file and site.line = spots.line order by spots.id;

insert into site_class
  select site, kind.name, sum(objects)::bigint, sum(bytes)::bigint
  from by_spot join spot on spot.id = by_spot.spot join kind on kind.id = by_spot.kind
  group by all order by site, 4 desc, 2;

insert into site_generation
  select site, generation, sum(objects)::bigint, sum(bytes)::bigint
  from by_spot join spot on spot.id = by_spot.spot where generation >= 0
  group by all order by site, generation;

insert into report
  select $lines, $lost, coalesce(bool_or(spot >= 0), false), $has_roots, sum(objects)::bigint, sum(bytes)::bigint,
         coalesce(sum(bytes) filter (where is_tracer), 0)::bigint,
         coalesce(sum(objects) filter (where spot < 0), 0)::bigint,
         coalesce(sum(bytes) filter (where spot < 0), 0)::bigint,
         $strings, $contents, $duplicate_bytes
  from by_spot join kind on kind.id = by_spot.kind;
