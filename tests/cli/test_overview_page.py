"""The page that `heapline report --html` writes, in a real browser: drawn, read, clicked, by mouse and by keyboard."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from running import heapline

from heapline.errors import HeaplineError
from heapline.export import overview
from sample_files import SAMPLES
from vscode.running import TOOLS

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "server" / "heapline" / "export" / "page"
HOSTILE = [
    "</script><script>window.hacked = true</script>",
    "<img src=x onerror='window.hacked = true'>",
    "<!--<script>",
    "{a|styled} {b} {value}",
    "\"quoted\" 'twice' `thrice` \\",
    "\x1b]0;title\x07\u202egnp.exe\u2066",
    "line\r\nbreak\u2028and\x00nul",
    "javascript:window.hacked=true//",
    "x" * 5000,
]


@pytest.fixture(scope="module")
def browser() -> list[str]:
    """The command that opens a page and says what was seen."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if node is None or chromium is None or not (TOOLS / "installed").exists():
        pytest.skip("No page tested: Node, Chromium or their driver is missing (see tests/vscode/install.sh)")
    if not (PAGE / "overview.js").exists():
        pytest.skip("No page tested: it is not built; run `make page`")
    return [node, str(HERE / "browse.mjs"), str(TOOLS), chromium]


def browse(browser: list[str], page: Path) -> dict[str, Any]:
    ended = subprocess.run([*browser, str(page)], capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stderr
    seen: dict[str, Any] = json.loads(ended.stdout)
    return seen


def written(folder: Path, *reports: Path, workspace: Path) -> Path:
    """The page of these reports."""
    page = folder / "out.html"
    ended = heapline("report", *reports, "--workspace", workspace, "--html", page)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    return page


@pytest.fixture(scope="module")
def seen(browser: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen of the page of three dumps of a program that leaks, by mouse and by keyboard."""
    reports = [SAMPLES / f"translate/reports/heap-{number}.json.gz" for number in (1, 2, 3)]
    page = written(tmp_path_factory.mktemp("page"), *reports, workspace=SAMPLES / "translate")
    return browse(browser, page)


def link(line: str) -> str:
    """The link to a line of the sample."""
    return f"vscode://file{(SAMPLES / 'translate').resolve()}/{line}"


def test_every_chart_is_drawn_and_says_what_is_on_it(seen: dict[str, Any]) -> None:
    # GIVEN the page of three dumps
    # THEN each of its parts has a chart
    assert [part for part, marks in seen["marks"].items() if marks > 10] == ["growth", "generations", "holders", "top"]
    # AND a screen reader hears what it shows
    assert seen["roles"] == ["img"] * 4
    assert [spoken.split(":")[0] for spoken in seen["spoken"]] == ["Lines", "Bars", "Treemap", "Bars"]
    assert "module Main 3.3 MB" in seen["spoken"][2]


def test_nothing_breaks_the_policy_and_nothing_is_fetched(seen: dict[str, Any]) -> None:
    # THEN the console is empty, also of what the policy refused, and the file was all that was read
    assert seen["said"] == []
    assert [url.partition(":")[0] for url in seen["requests"]] == ["file"]


def test_a_click_on_a_bar_goes_to_its_line(seen: dict[str, Any]) -> None:
    # GIVEN the largest bar of the first line of the legend
    # THEN a click on it opens that line, and its tip names it
    assert seen["bar"] == [link(seen["legend"][0])]
    assert seen["legend"][0] in seen["tip"]


def test_a_brush_over_the_bars_zooms_in_and_the_keyboard_does_the_same(seen: dict[str, Any]) -> None:
    # GIVEN the timeline of the generations 0 to 9
    assert seen["whole"] == [0, 9]
    # THEN the brush over its second half shows that
    assert seen["brushed"][0] >= 4
    assert seen["brushed"][1] >= seen["brushed"][0]
    # AND a button shows all again, and two fields any part
    assert seen["reset"] == [0, 9]
    assert seen["typed"] == [0, 1]
    assert seen["barsOfPart"] < seen["barsOfAll"]


def test_a_click_on_a_tile_goes_to_its_line_and_with_shift_into_it(seen: dict[str, Any]) -> None:
    # THEN the tile that the mouse comes over stays as it is, so that a quick click is not lost
    assert seen["takenFromUnderMouse"] == 0
    # AND the tile of the outermost holder leads to its line
    assert seen["tile"] == [link("main.rb:10")]
    # AND with Shift it fills the map, until the way back is taken
    assert seen["shifted"] == []
    assert seen["way"].split() == ["all", "›", "module", "Main"]
    assert seen["wayBack"] is False


def test_each_table_leads_to_lines_by_the_keyboard_alone(seen: dict[str, Any]) -> None:
    # GIVEN the tables below the charts
    assert list(seen["tables"]) == ["growth", "generations", "holders", "top"]
    for table in seen["tables"].values():
        # THEN the second key after the one that opens it is on a link, which opens a line of the program
        assert table["inside"]
        assert len(table["links"]) == 1
        assert table["links"][0].startswith(link(""))
        assert len(table["rows"]) > 5
    # AND the tiles are there with what they retain
    assert [
        row
        for row in seen["tables"]["holders"]["rows"]
        if re.search(r"Hash\tlib/translation_cache.rb:9\t1\t3.1 MB", row)
    ]


def test_other_choices_are_drawn_too(seen: dict[str, Any]) -> None:
    # GIVEN each choice taken by the keyboard, the last of each being by class, in objects
    # THEN every chart is there still, and the last one has classes
    assert all(marks > 10 for marks in seen["afterChoices"].values() if marks)
    assert "String" in seen["bars"]


def test_the_page_follows_the_theme(seen: dict[str, Any]) -> None:
    # THEN a dark theme has other colours, in the page and in the charts
    assert seen["light"][0] == "rgb(255, 255, 255)"
    assert all(light != dark for light, dark in zip(seen["light"], seen["dark"], strict=True))


def test_hostile_names_are_text_and_nothing_else(browser: list[str], tmp_path: Path) -> None:
    # GIVEN a dump whose classes, methods and paths are hostile, as is its own name
    lines: list[dict[str, Any]] = [{"type": "ROOT", "root": "vm", "references": []}]
    for number, text in enumerate(HOSTILE, start=1):
        address = number << 16
        lines.append({"address": hex(address), "type": "CLASS", "name": text, "memsize": 40})
        objects = [hex(address + 40 * i) for i in range(1, 201)]
        lines[0]["references"].append(hex(address + 40))
        for i, at in enumerate(objects):
            below = {"references": objects[1:]} if i == 0 else {}
            site = {"file": f"/app/{text}.rb", "line": number, "method": text, "generation": i % 7, "memsize": 4000}
            lines.append({"address": at, "type": "OBJECT", "class": hex(address), **below, **site})
    dump = tmp_path / "<b onclick=x>&amp;.json"
    dump.write_text("".join(json.dumps(line) + "\n" for line in lines))

    # WHEN its page is opened
    seen = browse(browser, written(tmp_path, dump, workspace=tmp_path))

    # THEN nothing of it was run, no element came of it, and the policy had nothing to refuse
    assert seen["hacked"] is False
    assert (seen["scripts"], seen["foreign"]) == (2, 0)
    assert (seen["said"], len(seen["requests"])) == ([], 1)
    # AND names are read as they are, without control characters
    assert seen["title"].startswith(dump.name)
    assert HOSTILE[0] in " ".join(seen["tables"]["holders"]["rows"])
    assert not re.search("[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069\u2028]", seen["text"])
    assert all(marks > 5 for marks in seen["marks"].values() if marks)


def test_a_report_that_knows_lines_only_has_no_other_chart(browser: list[str], tmp_path: Path) -> None:
    # GIVEN memory_profiler's text
    page = written(tmp_path, SAMPLES / "blog/reports/memory_profiler.txt", workspace=SAMPLES / "blog")
    # WHEN its page is opened
    seen = browse(browser, page)
    # THEN it has the lines, and says of the rest that it is not known
    assert [part for part, marks in seen["marks"].items() if marks] == ["top"]
    assert "Only a heap dump knows what holds its objects." in seen["text"]
    assert "app/models/post.rb:9" in seen["tables"]["top"]["rows"][0]


def test_reports_that_one_page_cannot_show_are_named(tmp_path: Path) -> None:
    # GIVEN dumps of two processes, and a report of another kind
    dump, page = SAMPLES / "translate/reports/heap-3.json.gz", tmp_path / "out.html"
    for other in (SAMPLES / "weakmap/reports/heap-3.json.gz", SAMPLES / "translate/reports/memory_profiler.txt"):
        # WHEN one page is asked for
        ended = heapline("report", dump, other, "--html", page)
        # THEN one line says which one does not belong there, and nothing is written
        assert ended.returncode == 1
        assert ended.stderr == (
            f"heapline: {other}: is no heap dump of the same process as {dump}. A page shows one report, or several"
            " dumps of one process: name one alone.\n"
        )
        assert not page.exists()


def test_a_page_goes_with_no_option_of_the_text() -> None:
    # GIVEN options that choose what is printed
    for option in (["--json"], ["--top", "3"], ["--only", "lib"]):
        # WHEN they are given with a page
        ended = heapline("report", SAMPLES / "translate/reports/memory_profiler.txt", *option, "--html", "out.html")
        # THEN that is wrong usage
        assert ended.returncode == 2
        assert "--html shows the whole report" in " ".join(ended.stderr.replace("│", " ").split())


def test_an_installation_without_the_page_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN Heapline as it is installed where Node is missing
    monkeypatch.setattr(overview, "resources", lambda _: tmp_path)
    # WHEN a page is written
    # THEN the way out is named
    with pytest.raises(HeaplineError, match="make page"):
        overview.as_html({"name": "heap.json"})


@pytest.mark.parametrize("links", ["vscode", "file", "none"])
def test_links_are_of_the_form_that_is_asked_for(tmp_path: Path, links: str) -> None:
    # GIVEN a report of a program that lies in a folder with blanks and signs
    if not (PAGE / "overview.js").exists():
        pytest.skip("No page tested: it is not built; run `make page`")
    folder = shutil.copytree(SAMPLES / "translate", tmp_path / "my 50% program#1")
    page = tmp_path / "out.html"
    # WHEN its page is written
    text = folder / "reports/memory_profiler.txt"
    ended = heapline("report", text, "--workspace", folder, "--html", page, "--links", links)
    assert ended.returncode == 0
    # THEN its lines have such links
    [data] = re.findall(rb'<script type="application/json" id="overview">(.*?)</script>', page.read_bytes())
    found = {site["at"]: site["link"] for site in json.loads(data)["sites"].values()}
    file = f"{folder}/lib/translation_cache.rb".replace("%", "%25").replace(" ", "%20").replace("#", "%23")
    expected = {"vscode": f"vscode://file{file}:13", "file": f"file://{file}", "none": None}
    assert found["lib/translation_cache.rb:13"] == expected[links]
