-- The heap index: one file per heap dump, readable by any DuckDB.
-- Change anything here and raise SCHEMA in cache.py: older indexes are then built anew.

-- One row per object, in the dump's order (rowid); `spot` and `kind` are ids, -1 for an object that was not traced.
-- `entries` is the size of a hash, the length of an array, -1 of others. Strings with one `content` are equal: it numbers
-- values in the order of their first appearance, and is -1 where the dump prints none. It says nothing of the value.
create table slot (
  address ubigint, memsize bigint, generation integer, spot integer, kind integer, entries integer, content integer
);

-- Where objects were allocated, as recorded. A spot is a site and a method; a site is a path and a line.
create table spot (id integer, site integer, file varchar, line ubigint, method varchar);
create table site (id integer, path varchar, line ubigint, method varchar, objects bigint, bytes bigint);

-- What objects are: type, class (address; junk or an owner for IMEMO), `struct` or `imemo_type`, and that in words.
-- The tracer is the largest object of every traced dump: it belongs to the measurement, and is kept out of all shares.
create table kind (id integer, type varchar, class ubigint, detail varchar, name varchar, is_tracer boolean);

-- Names of classes and modules by address; `called` has the word before it.
create table class_name (address ubigint, name varchar, called varchar);

-- The same objects in words.
create view object as
  select slot.rowid as id, address, type, nullif(class, 0) as class, kind.name, file, line, method,
         nullif(generation, -1) as generation, memsize, nullif(entries, -1) as entries, nullif(content, -1) as content
  from slot join kind on kind.id = slot.kind left join spot on spot.id = slot.spot;

-- By site (a site's id is its rank by bytes): live objects and bytes by class and by generation.
create table site_class (site integer, class varchar, objects bigint, bytes bigint);
create table site_generation (site integer, generation integer, objects bigint, bytes bigint);

-- By site the strings whose values the dump prints, how many different values those are, and the bytes of all but the
-- largest string of each value. Site -1: of those without a line.
create table site_string (site integer, strings bigint, contents bigint, duplicate_bytes bigint);

-- Lines that could not be read as they stood; line is 1-based.
create table problem (line ubigint, reason varchar, repaired boolean);

-- How many lines are no objects: roots, shapes, empty slots.
create table other_line (type varchar, lines bigint);

-- One row: what is true of the whole report. Bytes are shallow.
create table report (
  lines bigint,
  skipped_lines bigint,
  traced boolean,
  has_roots boolean,
  live_objects bigint,
  live_bytes bigint,
  tracer_bytes bigint,
  untraced_objects bigint,
  untraced_bytes bigint,
  strings bigint,          -- as in site_string, but equal strings may be of two sites
  contents bigint,
  duplicate_bytes bigint
);
