"""What lines retain: in the lens, the diagnostic and the hover, wherever a graph knows, and nowhere else."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

import pytest
import pytest_asyncio
from lsprotocol import types as t

from heap_dumps import opened
from heapline.units import human_bytes, human_count
from lsp import planted
from lsp.asking import marks, page_of, prepared, questions, references, run
from lsp.editor import CLIENTS, EMACS, NEOVIM, VSCODE, Editor, editing
from lsp.oracle import DUMP, LEAK, LEAK_LINE, RECORDED, TEXT, TRANSLATE
from sample_files import DUMPS, SAMPLES, sample_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOLDER_LINE = 9
BOTH = {(LEAK.as_uri(), HOLDER_LINE), (LEAK.as_uri(), LEAK_LINE)}
WITHOUT_ROOTS = [dump for dump in DUMPS if dump.name == "since.json.gz"]


@pytest.fixture(scope="module")
def retained() -> dict[tuple[Path, int], int]:
    """What the graph of the program's dump says that each line retains; the graph's own tests say that it is right."""
    with opened(DUMP) as index:
        assert index.graph is not None
        return {
            (TRANSLATE / path.removeprefix(RECORDED), line): size
            for (path, line, *_), size in zip(index.sites(), index.graph.by_site, strict=True)
            if path.startswith(RECORDED)
        }


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=CLIENTS)
async def editor(request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    """An editor with the program and its dump."""
    async with editing(TRANSLATE, client=request.param) as started:
        await started.load(DUMP)
        yield started


async def commands(editor: Editor, file: Path) -> list[tuple[int, t.Command]]:
    """The lenses' lines (1-based) and commands."""
    found = await editor.text_document_code_lens_async(t.CodeLensParams(t.TextDocumentIdentifier(file.as_uri())))
    return [(lens.range.start.line + 1, lens.command) for lens in found or () if lens.command]


async def test_lenses_say_what_lines_retain_and_show_what_holds_them(
    editor: Editor, retained: dict[tuple[Path, int], int]
) -> None:
    # GIVEN what each line of the program retains
    shown = 0
    for file in TRANSLATE.rglob("*.rb"):
        # WHEN the lenses of a file are asked for
        for line, command in await commands(editor, file):
            objects, _, *more = command.title.split(" · ")

            # THEN what the line retains is the last of the numbers, unless it is no more than its own objects
            assert objects.endswith(" live")
            assert more in ([], [f"retains ≥ {human_bytes(retained[file, line])}"])
            assert command.command == "heapline.showHolders"
            assert list(command.arguments or ()) == [file.as_uri(), line]
            shown += len(more)
    assert shown >= len(BOTH)

    # WHEN the lens of the leaking line is clicked
    [command] = [command for line, command in await commands(editor, LEAK) if line == LEAK_LINE]
    page = await run(editor, command)
    # THEN its page comes
    assert isinstance(page, dict)
    assert page["text"].startswith(f"# What holds `{LEAK.name}:{LEAK_LINE}`\n")


async def test_what_gathers_the_leak_is_marked_and_what_passes_it_on_is_not(
    editor: Editor, retained: dict[tuple[Path, int], int]
) -> None:
    # GIVEN the lines above the cache, which retain at least as much as the cache itself
    above = [(TRANSLATE / "main.rb", 16), (TRANSLATE / "lib/translator.rb", 9)]
    assert all(retained[at] >= retained[LEAK, HOLDER_LINE] for at in above)
    # WHEN the dump is loaded
    # THEN only the cache and its entries are marked for what they retain, the others at most for live objects
    assert gathered(editor).keys() == BOTH
    assert marks(editor, "live-memory")
    assert not {(file.as_uri(), line) for file, line in above} & marks(editor, "live-memory").keys()


async def test_the_message_says_what_holds_how_much_since_when_and_by_which_root(
    editor: Editor, retained: dict[tuple[Path, int], int]
) -> None:
    # GIVEN a dump in which a hash holds the leak
    with opened(DUMP) as index:
        assert index.graph
        whole = index.graph.summary.reachable_bytes - index.report.tracer_bytes
        [site] = [i for i, site in enumerate(index.sites()) if site[0].endswith(LEAK.name) and site[1] == HOLDER_LINE]
        [hash_] = index.graph.biggest(site)
    # WHEN its diagnostic is read
    message = marks(editor, "leak-suspect")[LEAK.as_uri(), HOLDER_LINE].message

    # THEN it says what was allocated, what that holds, how much, since when, and the way from the root
    size = retained[LEAK, HOLDER_LINE]
    assert message.startswith(f"A Hash allocated here holds {human_count(hash_.objects)} objects (")
    assert f"): at least {human_bytes(size)}, {100 * size / whole:.1f} % of what the roots of heap-3" in message
    assert re.search(r" Allocated since generation \d+\. ", message)
    # AND why it is suspected
    assert re.search(r" Leak suspect, score \d+ of 100: .+ in each of 6 of the 7 busy generations ", message)
    assert message.endswith(" Held by root vm → class Object → module Main → Translator → TranslationCache.")
    # AND the entries' own tells how many there are
    entries = marks(editor, "retained-size")[LEAK.as_uri(), LEAK_LINE].message
    assert entries.startswith("4,001 objects allocated here hold ")


def gathered(editor: Editor) -> dict[tuple[str, int], t.Diagnostic]:
    """What is marked for what it retains: if that keeps growing, as a leak suspect."""
    return {**marks(editor, "retained-size"), **marks(editor, "leak-suspect")}


def page_title(uri: str) -> str:
    return Path(unquote(urlparse(uri).path)).read_text().splitlines()[0]


@pytest.mark.parametrize(("client", "can"), [(VSCODE, True), (NEOVIM, True), (EMACS, False)])
async def test_only_clients_that_can_get_the_way_from_the_root_line_by_line(client: str, can: bool) -> None:
    # GIVEN an editor that links related places, or not
    async with editing(TRANSLATE, client=client) as editor:
        # WHEN the dump is loaded
        await editor.load(DUMP)
        diagnostic = marks(editor, "retained-size")[LEAK.as_uri(), LEAK_LINE]
        found = diagnostic.related_information or ()
        way = [(r.message, r.location.uri, r.location.range.start.line + 1) for r in found]

        # THEN each step that has a line in the workspace leads to it, from the root on
        expected = [
            ("held by module Main", "main.rb", 10),
            ("held by Translator", "main.rb", 16),
            ("held by TranslationCache", "lib/translator.rb", 9),
            ("held by Hash", "lib/translation_cache.rb", HOLDER_LINE),
        ]
        assert way == [(said, (TRANSLATE / file).as_uri(), line) for said, file, line in expected if can]
        # AND other diagnostics have none
        assert not any(other.related_information for other in marks(editor, "live-memory").values())
        # AND the code leads to a page on disk where the client follows it
        href = diagnostic.code_description.href if diagnostic.code_description else None
        assert (href is not None) == (client == VSCODE)
        assert href is None or page_title(href) == "# retained-size"


@pytest.mark.parametrize(
    ("share", "marked"), [(1, {(LEAK.as_uri(), LEAK_LINE)}), (54, {(LEAK.as_uri(), LEAK_LINE)}), (56, set())]
)
async def test_lines_are_marked_from_the_retained_share_on_that_is_set(
    share: float, marked: set[tuple[str, int]]
) -> None:
    # GIVEN a share of the heap; the leak's lines retain 58.6 and 54.8 %
    async with editing(TRANSLATE, options={"diagnostics": {"retainedShare": share}}) as editor:
        # WHEN the dump is loaded
        await editor.load(DUMP)
        # THEN the lines that reach it are marked for what they retain
        assert marked <= marks(editor, "retained-size").keys()
        assert share == 1 or marks(editor, "retained-size").keys() == marked
        # AND one that does not for its live objects, if these reach their share
        assert ((LEAK.as_uri(), LEAK_LINE) in marks(editor, "live-memory")) == (share > 54)
        # AND a leak suspect is one at any share
        assert marks(editor, "leak-suspect").keys() == {(LEAK.as_uri(), HOLDER_LINE)}


@pytest.mark.parametrize(
    "leaks",
    [
        [("blog/lib/post_summary_cache.rb", 11), ("blog/lib/request_log.rb", 5)],
        [("weakmap/lib/image_registry.rb", 13)],
    ],
)
async def test_the_leaks_of_the_other_programs_are_marked_where_they_gather(leaks: list[tuple[str, int]]) -> None:
    # GIVEN a program with a planted leak
    folder = SAMPLES / leaks[0][0].split("/")[0]
    async with editing(folder) as editor:
        # WHEN its last dump is loaded
        await editor.load(folder / "reports/heap-3.json.gz")
        # THEN the lines that gather it are marked, and no others: not one that holds nothing but its own objects
        assert gathered(editor).keys() == {((SAMPLES / file).as_uri(), line) for file, line in leaks}
        assert marks(editor, "leak-suspect").keys() == gathered(editor).keys()


async def test_a_retained_size_is_a_lower_bound_until_what_holds_the_line_was_asked_for(tmp_path: Path) -> None:
    # GIVEN two objects of a line that share what neither holds alone
    file = planted.program(tmp_path / "app")
    async with editing(file.parent) as editor:
        dump = planted.indexed_dump(tmp_path / "heap.json", file)
        await editor.load(dump)
        before = await editor.hover_text(file, planted.SHARING)
        assert f"Together they retain at least {human_bytes(planted.SHARING_RETAINS)}, " in before

        # WHEN the user asks what holds it
        page = await page_of(editor, file, planted.SHARING)

        # THEN the page and from then on the hover say exactly how much
        exactly = human_bytes(planted.SHARING_RETAINS + planted.SHARED)
        assert f"Without them {exactly} would be free: " in page["text"]
        assert f"Together they retain exactly {exactly}, " in await editor.hover_text(file, planted.SHARING)
        # AND of another line nothing more is known
        assert "It retains at least " in await editor.hover_text(file, planted.CACHE)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_hover_names_the_biggest_object_and_the_way_to_it(tmp_path: Path, client: str) -> None:
    # GIVEN a cache held by an application
    file = planted.program(tmp_path / "app")
    async with editing(file.parent, client=client) as editor:
        await editor.load(planted.indexed_dump(tmp_path / "heap.json", file))
        # WHEN the pointer rests on the line that made it
        text = await editor.hover_text(file, planted.CACHE)
        # THEN it names the cache, what it retains, and who holds it
        size = human_bytes(planted.CACHE_RETAINS)
        assert f"It retains at least {size}, " in text
        assert f"The largest: `Hash` 0x3000 {size}." in text
        assert "Held by `root vm` → `class App` → `App`." in text
        # AND on a line whose objects hold only themselves no largest one
        assert "The largest" not in await editor.hover_text(file, planted.END)


async def test_a_long_way_that_repeats_itself_is_told_once(tmp_path: Path) -> None:
    # GIVEN a text at the end of a list of a thousand links and pages in turn, made on two lines
    file = planted.program(tmp_path / "app")
    async with editing(file.parent, options={"diagnostics": {"retainedShare": 5}}) as editor:
        await editor.load(planted.indexed_dump(tmp_path / "heap.json", file))
        # WHEN the pointer rests on the line of the text
        text = await editor.hover_text(file, planted.END)
        # THEN the way to it names each of them once
        assert "Held by `root vm` → `Hash` → `Entry`." in text


@pytest.mark.parametrize("client", CLIENTS)
async def test_of_two_dumps_of_a_program_the_newer_speaks_in_the_lens_and_both_in_the_hover(
    tmp_path: Path, client: str
) -> None:
    # GIVEN two dumps of one program, of which the larger is the older
    file = planted.program(tmp_path / "app")
    old = planted.indexed_dump(tmp_path / "old.json", file)
    new = planted.indexed_dump(tmp_path / "new.json", file, entries=100)
    os.utime(old, (1_700_000_000, 1_700_000_000))
    os.utime(file, (1_600_000_000, 1_600_000_000))
    sizes = {dump: human_bytes(40 + count * 1040) for dump, count in ((old, planted.ENTRIES), (new, 100))}
    async with editing(file.parent, client=client) as editor:
        # WHEN both are loaded, the older one last
        await editor.load(new)
        await editor.load(old)

        # THEN the lens and the diagnostic tell what the newer one says
        [title] = (await editor.lenses(file))[planted.CACHE]
        assert title == f"1 live · 40 B · retains ≥ {sizes[new]}"
        assert f"at least {sizes[new]}, " in marks(editor, "retained-size")[file.as_uri(), planted.CACHE].message
        # AND the hover both
        text = await editor.hover_text(file, planted.CACHE)
        assert [f"retains at least {size}" in text for size in sizes.values()] == [True, True]
        # AND what holds the line is asked of the newer one
        assert "`new.json`" in (await page_of(editor, file, planted.CACHE))["text"]
        # AND when that is unloaded, the older one speaks
        await editor.command("unload", str(new))
        assert (await editor.lenses(file))[planted.CACHE] == [f"1 live · 40 B · retains ≥ {sizes[old]}"]


@pytest.mark.parametrize("report", [*WITHOUT_ROOTS, TEXT], ids=sample_id)
async def test_a_report_that_names_no_roots_says_nothing_of_retained_sizes(report: Path) -> None:
    # GIVEN a report that cannot know what holds what
    folder = SAMPLES / "rubies" if report in WITHOUT_ROOTS else TRANSLATE
    async with editing(folder, options={"threshold": {"bytes": 0}, "diagnostics": {"share": 0}}) as editor:
        # WHEN it is loaded
        await editor.load(report)

        # THEN no lens, hover or diagnostic has one, and nothing that would need one is offered
        files = [file for file in folder.rglob("*.rb") if "node_modules" not in file.parts]
        lenses = [(file, *lens) for file in files for lens in await commands(editor, file)]
        assert lenses
        for file, line, command in lenses:
            assert "retains" not in command.title
            assert command.command == ""
            assert not re.search("retains? (at least|exactly)|Held by", await editor.hover_text(file, line))
            assert not await prepared(editor, file, line)
            assert not await references(editor, file, line)
            assert not await questions(editor, file, line)
        assert marks(editor, "retained-size") == {}
        assert editor.marked
        said = len(editor.said)
        assert await editor.command("showHolders", lenses[0][0].as_uri(), lenses[0][1]) is None
        assert editor.said[said:] == [f"No loaded heap dump knows what holds the objects of line {lenses[0][1]}."]
        assert await editor.command("tree", str(report), 0, 0, 10) is None
