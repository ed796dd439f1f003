"""The list of a report's lines: every line that Ruby counted, in groups, sorted, filtered, page by page."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from heap_dumps import item, named, root, write
from lsp import planted
from lsp.editor import Editor, editing, typed
from lsp.oracle import DUMP, LEAK, LEAK_LINE, TEXT, TRANSLATE, profiled
from lsp.programs import LEAK_BELOW, program
from sample_files import ORACLES, SAMPLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")

BLOG = SAMPLES / "blog"
BLOG_DUMP = BLOG / "reports/heap-3.json.gz"
EVERYTHING = 1000


def counted(dump: Path) -> list[dict[str, Any]]:
    """What Ruby counted for each site of a dump."""
    sites: list[dict[str, Any]] = json.loads(gzip.decompress(ORACLES[dump].read_bytes()))["dump_lines"]["sites"]
    return sites


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def editor() -> AsyncIterator[Editor]:
    """An editor with a large dump, for the tests that do nothing but ask."""
    async with editing(BLOG) as found:
        await found.load(BLOG_DUMP)
        yield found


async def groups(editor: Editor, by: str, metric: str = "liveBytes", wanted: str = "") -> list[dict[str, Any]]:
    """All groups, asked for page by page."""
    return await paged(lambda at: editor.command("hotGroups", str(BLOG_DUMP), by, metric, wanted, at, 50), "groups")


async def lines(
    editor: Editor, by: str = "none", group: str | None = None, metric: str = "liveBytes", wanted: str = ""
) -> list[dict[str, Any]]:
    """All lines of a group, asked for page by page."""
    ask = lambda at: editor.command("hotLines", str(BLOG_DUMP), by, group, metric, wanted, at, 300)  # noqa: E731
    return await paged(ask, "lines")


async def paged(ask: Any, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await ask(len(found))
        if not answer[what]:
            assert len(found) == answer["total"]
            return found
        found += answer[what]


async def test_the_list_has_every_line_that_ruby_counted_and_the_largest_first(editor: Editor) -> None:
    # GIVEN a dump of a program with libraries
    sites = [site for site in counted(BLOG_DUMP) if site["objects"]]
    # WHEN its lines are asked for by their objects
    found = await lines(editor, metric="liveObjects")
    # THEN they are all there with Ruby's numbers, the largest first
    assert [line["title"] for line in found] == [
        f"{objects:,} live" for objects in sorted((site["objects"] for site in sites), reverse=True)
    ]
    # AND those of the workspace can be jumped to
    own = [line for line in found if line["place"] and line["origin"] == "own code"]
    assert own
    assert all(line["place"]["uri"].startswith(BLOG.as_uri()) for line in own)
    assert len(own) < len(found)


async def test_groups_by_file_add_up_to_what_ruby_counted(editor: Editor) -> None:
    # GIVEN Ruby's objects by file
    by_file: Counter[str] = Counter()
    for site in counted(BLOG_DUMP):
        by_file[site["path"].removeprefix("/srv/heapline/blog/")] += site["objects"]
    # WHEN the lines are grouped by file
    found = await groups(editor, "file", "liveObjects")
    # THEN each file has as many
    assert {group["key"]: group["title"] for group in found} == {
        path: f"{objects:,} live" for path, objects in by_file.items() if objects
    }
    # AND opened, a group has as many lines as it says, all of that file
    for group in found[:5]:
        members = await lines(editor, "file", group["key"], "liveObjects")
        assert len(members) == group["lines"]
        assert {line["at"].rpartition(":")[0] for line in members} == {group["key"]}


async def test_groups_by_gem_tell_own_code_from_libraries(editor: Editor) -> None:
    # GIVEN a program on ActiveRecord
    # WHEN its lines are grouped by gem
    found = {group["key"]: group for group in await groups(editor, "gem")}
    # THEN own code is one group, and each line of a group has that origin
    assert "own code" in found
    for key in list(found)[:4]:
        assert {line["origin"] for line in await lines(editor, "gem", key)} == {key}
    # AND together they have all lines
    assert sum(group["lines"] for group in found.values()) == len(await lines(editor))


async def test_groups_by_class_have_rubys_counts(tmp_path: Path) -> None:
    # GIVEN a dump of two classes on two lines
    file = tmp_path / "app" / "app.rb"
    file.parent.mkdir()
    file.write_text("a = A.new\n" * 5)
    objects = [
        *(item(0x10000 + i * 0x100, cls=0x100, at=f"{file}:1", size=40) for i in range(30)),
        *(item(0x20000 + i * 0x100, cls=0x200, at=f"{file}:1", size=80) for i in range(5)),
        *(item(0x30000 + i * 0x100, cls=0x200, at=f"{file}:2", size=80) for i in range(7)),
    ]
    all_of_them = range(0x10000, 0x40000, 0x100)
    dump = write(
        tmp_path / "heap.json", [root("vm", 0x100, 0x200, *all_of_them), named(0x100, "A"), named(0x200, "B"), *objects]
    )
    async with editing(file.parent) as editor:
        await editor.load(dump)
        # WHEN the lines are grouped by class
        answer = await editor.command("hotGroups", str(dump), "class", "liveBytes", "", 0, EVERYTHING)
        # THEN each class has its own bytes and the lines that allocated it
        assert [(g["key"], g["lines"], g["title"]) for g in answer["groups"]] == [
            ("A", 1, "1.2 kB live"),
            ("B", 2, "960 B live"),
        ]
        # AND opened, each line has what it allocated of that class, not of others
        of_b = await editor.command("hotLines", str(dump), "class", "B", "liveObjects", "", 0, EVERYTHING)
        assert [(line["name"], line["title"]) for line in of_b["lines"]] == [
            ("app.rb:2", "7 live"),
            ("app.rb:1", "5 live"),
        ]


async def test_what_lines_retain_is_not_added_up(tmp_path: Path) -> None:
    # GIVEN a program in which one line holds the cache that the next line made
    file = planted.program(tmp_path / "app")
    dump = planted.indexed_dump(tmp_path / "heap.json", file)
    async with editing(file.parent) as editor:
        await editor.load(dump)
        # WHEN its files are sorted by what they retain
        answer = await editor.command("hotGroups", str(dump), "file", "retainedSize", "app.rb", 0, EVERYTHING)
        [group] = answer["groups"]
        largest = (await editor.command("hotLines", str(dump), "none", None, "retainedSize", "", 0, 1))["lines"][0]
        # THEN the file retains at least what its largest line does, and is not said to retain more
        assert group["title"] == largest["title"]
        assert group["lines"] > 1


async def test_a_filter_keeps_the_lines_that_have_all_words(editor: Editor) -> None:
    # GIVEN all lines
    everything = await lines(editor)
    # WHEN they are filtered by two words in another case
    found = await lines(editor, wanted="LIB/ cache")
    # THEN those are left that have both
    assert found
    assert len(found) < len(everything)
    assert all("lib/" in line["at"].lower() or "lib/" in (line["method"] or "") for line in found)
    # AND with a word that is nowhere none is
    assert await lines(editor, wanted="no such line anywhere") == []


async def test_a_report_names_the_metrics_and_groupings_that_it_knows() -> None:
    async with editing(TRANSLATE) as editor:
        # GIVEN a memory_profiler report
        await editor.load(TEXT)
        # WHEN its lines are asked for by what only a dump knows, in groups that only a dump has
        answer = await editor.command("hotLines", str(TEXT), "class", None, "retainedSize", "", 0, EVERYTHING)
        # THEN the answer names what it knows, and is by what says most of those
        assert answer["metrics"] == [
            "allocatedBytes",
            "survivedBytes",
            "allocatedObjects",
            "survivedObjects",
        ]
        assert answer["groupings"] == ["none", "file", "gem"]
        assert answer["metric"] == "allocatedBytes"
        assert answer["lines"][0]["title"].startswith("allocated ")
        # WHEN they are asked for by what survived
        answer = await editor.command("hotLines", str(TEXT), "none", None, "survivedObjects", "", 0, EVERYTHING)
        # THEN the numbers are the gem's own
        survived = sorted((n for n in profiled()["retained_objects"].values() if n), reverse=True)
        assert [line["title"] for line in answer["lines"]] == [f"retained {objects:,}" for objects in survived]


async def test_the_table_is_markdown_that_nothing_breaks_out_of(tmp_path: Path) -> None:
    # GIVEN a dump with a path that would break a table
    hostile = "/srv/a|b`c\n| <b>[x](command:x)/app.rb"
    dump = write(tmp_path / "heap.json", [root("vm", 0x5000), item(0x5000, at=f"{hostile}:3", size=64)])
    async with editing(tmp_path) as editor:
        await editor.load(dump)
        # WHEN the lines are copied as a table
        text = await editor.command("hotLinesTable", str(dump), "none", None, "liveBytes", "")
        # THEN it has a head, a rule, and one row, in which the path stands as code
        head, rule, row = text.splitlines()
        assert head == "| line | retains ≥ | live bytes | live objects | share |"
        assert rule.count("|") == 6
        assert row.startswith("| ``/srv/a\\|b`c")


async def test_a_long_table_says_how_much_is_missing(editor: Editor) -> None:
    # GIVEN a report with more lines than a table should have
    total = len(await lines(editor))
    # WHEN they are copied
    text = await editor.command("hotLinesTable", str(BLOG_DUMP), "none", None, "liveBytes", "")
    # THEN the first two hundred come, and how many more there are
    rows = text.splitlines()
    assert len([row for row in rows if row.startswith("|")]) == 202
    assert rows[-1] == f"… and {total - 200:,} more lines"


@pytest.mark.parametrize(
    ("offset", "limit", "shown"),
    [(0, 0, 0), (-5, 3, 3), (10**6, 5, 0), (10**30, 10**30, 0), (0, -1, 0), (0, 10**9, 1000)],
)
async def test_pages_beyond_the_list_are_empty(editor: Editor, offset: int, limit: int, shown: int) -> None:
    # GIVEN an offset and a limit, some of which are nowhere
    # WHEN that page is asked for
    answer = await editor.command("hotLines", str(BLOG_DUMP), "none", None, "liveBytes", "", offset, limit)
    # THEN it has what there is, and never more than a thousand
    assert len(answer["lines"]) == min(shown, answer["total"])


async def test_a_report_that_is_not_loaded_has_no_lines(editor: Editor) -> None:
    # GIVEN the name of a report that is not loaded
    # WHEN its lines are asked for
    # THEN there is no answer
    assert await editor.command("hotGroups", str(DUMP), "file", "all", "", 0, 10) is None
    assert await editor.command("hotLines", str(DUMP), "file", None, "all", "", 0, 10) is None
    assert await editor.command("hotLinesTable", str(DUMP), "file", None, "all", "") is None


async def test_the_list_follows_when_the_report_is_loaded_again(tmp_path: Path) -> None:
    # GIVEN a dump whose lines were asked for
    file = planted.program(tmp_path / "app")
    dump = planted.dump_of(tmp_path / "heap.json", file)
    async with editing(file.parent) as editor:
        await editor.load(dump)
        before = await editor.command("hotLines", str(dump), "none", None, "liveObjects", "app.rb:4", 0, 1)
        # WHEN another dump of the same name is loaded
        planted.dump_of(dump, file, entries=2 * planted.ENTRIES)
        await editor.load(dump)
        # THEN the list is that of the new one
        after = await editor.command("hotLines", str(dump), "none", None, "liveObjects", "app.rb:4", 0, 1)
        assert before["lines"][0]["title"] == f"{planted.ENTRIES:,} live"
        assert after["lines"][0]["title"] == f"{2 * planted.ENTRIES:,} live"


async def test_the_leak_is_first_among_the_lines_of_its_file() -> None:
    # GIVEN the sample with its leak
    async with editing(TRANSLATE) as editor:
        await editor.load(DUMP)
        # WHEN the lines of the file are asked for by their objects
        answer = await editor.command(
            "hotLines", str(DUMP), "file", LEAK.relative_to(TRANSLATE).as_posix(), "liveObjects", "", 0, 1
        )
        # THEN the line that leaks is the first
        assert answer["lines"][0]["place"] == {"uri": LEAK.as_uri(), "line": LEAK_LINE, "stale": None}


async def test_the_list_names_lines_as_they_are_now(tmp_path: Path) -> None:
    # GIVEN the sample's leak, open in the editor
    folder = program(tmp_path / "translate")
    leak = folder / LEAK_BELOW
    async with editing(folder) as editor:
        editor.open(leak.as_uri(), leak.read_text())
        await editor.load(DUMP)
        key = LEAK_BELOW.as_posix()

        async def first() -> dict[str, Any]:
            answer = await editor.command("hotLines", str(DUMP), "file", key, "liveObjects", "", 0, 1)
            found: dict[str, Any] = answer["lines"][0]
            return found

        # WHEN a line is typed above it
        editor.change(leak, typed(1, 0, "# more\n"))
        await editor.until(lambda: LEAK_LINE + 1 in editor.marked.get(leak.as_uri(), []))
        # THEN the list says and leads to where it is now
        moved = await first()
        assert (moved["name"], moved["place"]["line"]) == (f"{leak.name}:{LEAK_LINE + 1}", LEAK_LINE + 1)
        # WHEN it is deleted
        editor.change(leak, typed(LEAK_LINE + 1, 0, "", until=(LEAK_LINE + 2, 0)))
        await editor.until(lambda: LEAK_LINE + 1 not in editor.marked.get(leak.as_uri(), []))
        # THEN the list says that it is gone, and leads nowhere
        gone = await first()
        assert (gone["gone"], gone["place"]) == (True, None)
