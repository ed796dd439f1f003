"""`heapline sql`: what its queries find, what they cannot do, and where they are stopped."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from running import heapline

from brute_force import TRACER, Heap, heap_of
from heap_dumps import item, root, write
from sample_files import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

DUMP = SAMPLES / "translate/reports/heap-3.json.gz"
SINCE = SAMPLES / "rubies/3.4/since.json.gz"
PAGE = Path(__file__).parents[2] / "docs/sql.md"
QUERIES = dict(re.findall(r"### (.+?)\n\n```sql\n(.+?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL))

Rows = list[tuple[Any, ...]]


@cache
def heap() -> Heap:
    """The dump as plain Python sees it."""
    return heap_of(DUMP)


def asked(query: str, *options: str, dump: Path = DUMP) -> Rows:
    """The rows that the command prints."""
    done = heapline("sql", dump, query, "--format", "json", "--rows", "1000000", *options)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer.keys() == {"columns", "rows", "more"}
    return [tuple(row) for row in answer["rows"]]


def refused(query: str, *options: str, dump: Path = DUMP) -> str:
    """The one line that says why the command gives no rows."""
    done = heapline("sql", dump, query, *options)
    assert (done.returncode, done.stdout) == (1, "")
    said = [line for line in done.stderr.splitlines() if line.startswith("heapline: ")]
    assert len(said) == 1, done.stderr
    return said[0]


def objects(*, tracer: bool = True) -> list[dict[str, Any]]:
    return [found for found in heap().items if tracer or found.get("struct") != TRACER]


def counted(items: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Hashable]) -> dict[Any, tuple[int, int]]:
    """Objects and bytes by key."""
    found: dict[Any, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in items:
        number, size = found[key(one)]
        found[key(one)] = (number + 1, size + one.get("memsize", 0))
    return dict(found)


def largest(groups: dict[Any, tuple[int, int]], limit: int | None = 20) -> Rows:
    """Groups as rows, most bytes first."""
    rows = [(*(key if isinstance(key, tuple) else (key,)), *numbers) for key, numbers in groups.items()]
    return sorted(rows, key=lambda row: (-row[-1], *row[:-2]))[:limit]


def class_name(one: dict[str, Any]) -> str:
    return str(heap().class_of(heap().node[one["address"]]))


def traced() -> list[dict[str, Any]]:
    return [one for one in objects() if "file" in one]


def at(one: dict[str, Any]) -> tuple[str, int]:
    return one["file"], one["line"]


def on(name: str, line: int) -> list[dict[str, Any]]:
    return [one for one in traced() if one["file"].endswith(f"/{name}") and one["line"] == line]


def gem_of(one: dict[str, Any]) -> str:
    found = re.search(r"/gems/([^/]+)/", one["file"])
    return found[1] if found else "no gem"


def by_method() -> Rows:
    groups = counted([one for one in objects() if "method" in one], lambda one: one["method"])
    return sorted([(key, *numbers) for key, numbers in groups.items()], key=lambda row: (-row[1], row[0]))[:20]


def lasting() -> Rows:
    generations: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
    for one in traced():
        generations[at(one)][one["generation"]] += 1
    rows = [(*key, len(found), found.total()) for key, found in generations.items() if len(found) > 1]
    return sorted(rows, key=lambda row: (-row[2], -row[3], row[0], row[1]))[:20]


def referring() -> Counter[int]:
    return Counter({node: len(heap().edges[node]) for node in range(1, len(heap().items) + 1)})


def referred() -> Counter[int]:
    found: Counter[int] = Counter()
    for node in range(1, len(heap().items) + 1):
        found.update(target for target in heap().edges[node])
    return found


def holders_of_records() -> Rows:
    held = {heap().node[one["address"]] for one in on("builder.rb", 17)}
    found: dict[str, set[int]] = defaultdict(set)
    for node in range(1, len(heap().items) + 1):
        for target in held.intersection(heap().edges[node]):
            found[heap().class_of(node)].add(target)
    return sorted([(name, len(targets)) for name, targets in found.items()], key=lambda row: (-row[1], row[0]))


WHOLE_ANSWERS: dict[str, Callable[[], Rows]] = {
    "Classes with the most bytes": lambda: largest(counted(objects(), class_name)),
    "Types of objects": lambda: largest(counted(objects(), lambda one: one["type"]), None),
    "Lines with the most bytes": lambda: largest(counted(traced(), at)),
    "Files with the most bytes": lambda: largest(counted(traced(), lambda one: one["file"])),
    "Bytes by gem": lambda: largest(counted(traced(), gem_of), None),
    "Classes that one line allocated": lambda: largest(counted(on("translation_cache.rb", 13), class_name), None),
    "Methods whose objects are alive": by_method,
    "Objects by size": lambda: sorted(
        (k, *v) for k, v in counted(objects(), lambda one: one.get("memsize", 0)).items()
    ),
    "Objects by generation": lambda: sorted((k, *v) for k, v in counted(traced(), lambda o: o["generation"]).items()),
    "Lines whose objects stay: alive from many generations": lasting,
    "Objects without a line": lambda: largest(
        counted([one for one in objects(tracer=False) if "file" not in one], class_name)
    ),
    "What no recorded root reaches": lambda: largest(
        counted([o for o in objects() if heap().node[o["address"]] not in heap().reachable], class_name)
    ),
    "Classes that refer to the objects of one line": holders_of_records,
}
"""Each query's rows, by plain Python over the lines of the dump."""


@pytest.mark.parametrize("title", WHOLE_ANSWERS)
def test_a_documented_query_finds_what_plain_python_finds(title: str) -> None:
    # GIVEN a query of the documentation, and a real dump
    # WHEN it is asked
    # THEN its rows are those that the lines of the dump add up to
    assert asked(QUERIES[title]) == WHOLE_ANSWERS[title]()


def test_twenty_queries_are_documented_and_each_finds_something() -> None:
    # GIVEN the documented queries
    assert len(QUERIES) == 20
    # WHEN each is asked, THEN it finds rows, but for garbage: this dump has none
    empty = {title for title, query in QUERIES.items() if not asked(query)}
    assert empty <= {"What no recorded root reaches"}


def test_garbage_is_what_no_root_reaches(tmp_path: Path) -> None:
    # GIVEN a dump with two objects that nothing reaches
    lines = [root("vm", 0x1000), item(0x1000, at="a.rb:1"), *(item(a, at="a.rb:2", size=100) for a in (0x2000, 0x3000))]
    dump = write(tmp_path / "heap.json", lines)
    # WHEN they are asked for
    # THEN they are found, and retain nothing that is known
    [(_, number, size)] = asked(QUERIES["What no recorded root reaches"], dump=dump)
    assert (number, size) == (2, 200)
    assert asked("select distinct bytes, dominator, parent, distance from retained where not reachable", dump=dump) == [
        (None, None, None, None)
    ]


def test_the_largest_objects_are_those_of_the_dump() -> None:
    # GIVEN the query for the largest objects
    rows = asked(QUERIES["The largest objects by themselves"])
    # THEN sizes are the largest there are, and each is its own object's
    sizes = sorted((one.get("memsize", 0) for one in objects(tracer=False)), reverse=True)
    assert [size for *_, size in rows] == sizes[:20]
    for address, name, file, line, size in rows:
        one = heap().items[heap().node[address] - 1]
        assert (name, file, line, size) == (class_name(one), one.get("file"), one.get("line"), one["memsize"])


def test_retained_sizes_are_what_goes_with_the_object() -> None:
    # GIVEN the objects that retain the most
    rows = asked(QUERIES["Objects that retain the most"])
    assert [row[4] for row in rows] == sorted((row[4] for row in rows), reverse=True)
    for address, _, _, _, size, number in rows[:5]:
        # WHEN plain Python takes each away
        lost = heap().lost([heap().node[address]])
        # THEN so many bytes and objects go with it
        assert (size, number) == (sum(heap().weight[node] for node in lost), len(lost))


def test_lines_that_retain_are_no_more_than_what_goes_with_all_their_objects() -> None:
    # GIVEN the lines that retain the most
    rows = asked(QUERIES["Lines that retain the most"])
    # THEN each number is a lower bound of what goes with the line's objects, and not below their own bytes
    for path, line, size in rows[:5]:
        nodes = heap().by_site[path, line]
        assert sum(heap().weight[node] for node in nodes) <= size <= heap().retained(nodes)


@pytest.mark.parametrize(
    ("title", "numbers"),
    [("Objects with the most references", referring), ("Objects that are referred to most", referred)],
)
def test_references_are_those_of_the_dump(title: str, numbers: Callable[[], Counter[int]]) -> None:
    # GIVEN plain Python's references, in or out
    expected = numbers()
    # WHEN the objects with most of them are asked for
    rows = asked(QUERIES[title])
    # THEN the numbers are the highest, and each is its own object's
    assert [row[-1] for row in rows] == [number for _, number in expected.most_common(20)]
    assert all(expected[heap().node[row[0]]] == row[-1] for row in rows)


def test_roots_name_what_the_root_lines_name() -> None:
    # GIVEN the lines of roots
    expected = {category: len(set(named) & heap().node.keys()) for category, named in heap().roots.items()}
    # WHEN what they name is asked for
    rows = asked(QUERIES["What the roots name, by category"])
    # THEN each category has as many objects
    assert {category: number for category, number, _ in rows} == {k: n for k, n in expected.items() if n}


def test_the_way_from_a_root_follows_references() -> None:
    # GIVEN the query for a way
    ways = QUERIES["The way from a root to the object that retains the most"]
    rows = asked(ways.replace("select name, file, line from", "select format('{:#x}', address) from"))
    nodes = [heap().node[address] for (address,) in rows]
    # THEN it starts at what a root names, each step is a reference, and it ends at the object that retains the most
    assert any(rows[0][0] in named for named in heap().roots.values())
    assert all(after in heap().edges[before] for before, after in pairwise(nodes))
    assert rows[-1][0] == asked(QUERIES["Objects that retain the most"])[0][0]
    # AND no way is shorter
    assert len(nodes) + 1 == heap().distances()[nodes[-1]]


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to '{file}'",
        "insert into site select * from site",
        "create table mine (a integer)",
        "attach '{file}' as other",
        "set memory_limit = '10GB'",
        "install json",
        "select 1; select 2",
        "pragma database_size",
        "explain select 1",
        "pivot object on type using count(*)",
        "",
        "/* nothing */",
    ],
)
def test_only_one_select_is_taken(query: str, tmp_path: Path) -> None:
    # GIVEN what is not one SELECT
    file = tmp_path / "file"
    # WHEN it is asked
    said = refused(query.format(file=file))
    # THEN it is refused, and nothing was written
    assert "Only one query can be asked, a SELECT: the index is read-only." in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('{file}')",
        "select content from read_text('{file}')",
        "select * from '{file}'",
        "select * from glob('{file}')",
        "select * from read_csv('https://example.org/a.csv')",
        "explain analyze copy (select 1) to '{file}.copy'",
        "select getenv('HOME')",
        "select * from sys",
    ],
)
def test_a_query_reaches_nothing_but_the_index(query: str, tmp_path: Path) -> None:
    # GIVEN a file with a secret
    file = tmp_path / "secret.csv"
    file.write_text("secret\nhunter2\n")
    # WHEN a query asks for it, or for anything else of the machine
    said = refused(query.format(file=file))
    # THEN it is refused, and nothing was written
    assert "hunter2" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("select path from duckdb_databases()", "duckdb_databases()"),
        ("select path from duckdb_databases", "duckdb_databases"),
        ("select * from system.main.duckdb_databases()", "duckdb_databases()"),
        ("select * from query('select path from duckdb_databases()')", "query()"),
        ("summarize duckdb_databases", "duckdb_databases"),
        ("select * from unnest((select list(path) from duckdb_databases))", "duckdb_databases"),
        ("select file from pragma_database_list", "pragma_database_list"),
        ("select * from duckdb_secrets()", "duckdb_secrets()"),
        ("select * from which_secret('s3://a', 's3')", "which_secret()"),
        ("select * from duckdb_extensions()", "duckdb_extensions()"),
        ("select current_setting('secret_directory')", "current_setting()"),
        ("select 'secret_directory'.Current_Setting()", "current_setting()"),
        ("select value from duckdb_settings()", "duckdb_settings()"),
        ("select setting from pg_catalog.pg_settings", "pg_"),
        ("select setting from pg_settings", "pg_settings"),
        ("select write_log('hunter2')", "write_log()"),
        ("select id from object where id in (select 1 where write_log('hunter2') is null)", "write_log()"),
        ("with a as (select path from duckdb_databases()) select * from a", "duckdb_databases()"),
        ("describe select current_setting('secret_directory')", "current_setting()"),
        ("select * from json_execute_serialized_sql(json_serialize_sql('select 1'))", "json_execute_serialized_sql()"),
        ("select * from truncate_duckdb_logs()", "truncate_duckdb_logs()"),
    ],
)
def test_a_query_learns_nothing_of_the_machine_and_leaves_nothing(query: str, named: str) -> None:
    # GIVEN a query that asks DuckDB for itself, its settings or the user's directories, or that writes to its log
    # WHEN it is asked
    said = refused(query)
    # THEN it is refused by one message, which names the function or view, and no directory
    assert named in said.lower()
    assert "is not of the index" in said
    assert str(Path.home()) not in said


def test_functions_that_make_rows_can_be_used() -> None:
    # GIVEN queries with DuckDB's own functions and forms that only compute
    for query, rows in (
        ("select sum(i) from range(5) as t(i)", [(10,)]),
        ("select unnest([1, 2])", [(1,), (2,)]),
        ("select * from unnest([1, 2])", [(1,), (2,)]),
        ("values (1)", [(1,)]),
        ("select count(*) from (describe object) where column_name = 'memsize'", [(1,)]),
    ):
        # WHEN they are asked THEN they answer
        assert asked(query) == rows


def test_a_query_that_is_nested_without_end_is_refused() -> None:
    # GIVEN more brackets than anyone writes
    said = refused("select " + "(" * 900 + "1" + "+1)" * 900)
    # WHEN it is asked THEN one message says so
    assert "nested" in said or "depth" in said


def test_time_is_limited() -> None:
    # GIVEN a query that would take years
    query = "select count(*) from object a, object b, object c where (a.id + b.id) * c.id % 7 = 0"
    # WHEN it is asked
    said = refused(query, "--seconds", "0.5")
    # THEN it is stopped
    assert "was stopped after 0.5 s" in said


@pytest.mark.parametrize(
    "query", ["select len(list(i)) from range(300000000) as t(i)", "select len(range(1000000000))"]
)
def test_memory_is_limited(query: str) -> None:
    # GIVEN a query that takes more than it may
    # WHEN it is asked, THEN it says so
    assert "needs more than 100 MB" in refused(query, "--memory", "100")


def test_rows_are_limited_and_the_user_is_told() -> None:
    # GIVEN more rows than are wanted
    done = heapline("sql", DUMP, "select id from object order by id", "--rows", "3", "--format", "json")
    # THEN the first are there, and that they are not all
    assert json.loads(done.stdout) == {"columns": ["id"], "rows": [[0], [1], [2]], "more": True}
    assert "more than 3 rows" in done.stderr
    # AND exactly as many are all
    query = "select id from object order by id limit 3"
    assert heapline("sql", DUMP, query, "--rows", "3").stderr == ""


def test_a_dump_without_roots_has_objects_and_no_graph() -> None:
    # GIVEN a dump without roots
    assert asked("select count(*) > 0 from object", dump=SINCE) == [(True,)]
    # WHEN its graph is asked for, THEN the answer says why there is none
    assert "names no roots" in refused("select * from retained", dump=SINCE)


def test_a_text_has_no_index() -> None:
    # GIVEN a memory_profiler text WHEN it is asked THEN it says that there is nothing to ask
    assert "is no heap dump" in refused("select 1", dump=DUMP.with_name("memory_profiler.txt"))


def test_a_wrong_query_is_explained_in_one_line() -> None:
    # GIVEN a misspelt table WHEN it is asked THEN the table is named, and a likely one
    assert re.search(
        r"The query failed: Catalog Error: Table with name objekt does not exist! Did you mean", refused("from objekt")
    )


def test_values_of_all_kinds_have_a_form_in_each_format() -> None:
    # GIVEN a row with what JSON or a terminal lacks
    query = (
        r"""select 2::hugeint ** 70, 'nan'::float, null, [1, null], {'a': 1.5::decimal(5, 2)}, E'\x1b[31mred', '=1+1'"""
    )
    # WHEN it is printed
    printed = {form: heapline("sql", DUMP, query, "--format", form) for form in ("table", "json", "csv")}
    # THEN all work
    assert {done.returncode for done in printed.values()} == {0}
    [row] = json.loads(printed["json"].stdout)["rows"] if printed["json"].stdout else [[]]
    assert row[1:4] == [None, None, [1, None]]
    assert row[5] == "\x1b[31mred"
    # AND no control character reaches the terminal
    assert "\x1b" not in printed["table"].stdout
    assert len(next(csv.reader(io.StringIO(printed["csv"].stdout.splitlines()[1])))) == 7
