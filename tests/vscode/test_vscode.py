"""Heapline's packed extension in a real VS Code, with the real server: what other code and what a user sees."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from sample_files import SAMPLES, write_large
from vscode.running import HERE, LEAK, run, run_suite


@pytest.mark.parametrize("suite", sorted(path.stem for path in (HERE / "suite").glob("*.cjs")))
def test_inside_vscode(options: dict[str, Any], suite: str) -> None:
    # GIVEN VS Code with the packed extension and the sample's folder
    # WHEN the suite runs inside its extension host
    # THEN every test of it passes
    run_suite(f"suite/{suite}", options, suite)


def test_inside_vscode_with_two_folders(options: dict[str, Any]) -> None:
    # GIVEN a window with two folders, each with a program, its reports and settings of its own
    first = Path(options["workspace"])
    second = shutil.copytree(SAMPLES / "weakmap", first.parent / "weakmap")
    window = first.parent / "both.code-workspace"
    window.write_text(json.dumps({"folders": [{"path": str(first)}, {"path": str(second)}]}))

    # WHEN the suite runs inside its extension host
    # THEN every test of it passes
    run_suite("folders/two", {**options, "window": str(window), "second": str(second)}, "folders")


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "restricted"])
def test_a_user_loads_a_dump_and_reads_it_on_the_line(options: dict[str, Any], trusted: bool, tmp_path: Path) -> None:
    # GIVEN a folder, trusted or not, that wants to choose the program that is started as the server
    trap = tmp_path / "started"
    settings = Path(options["workspace"]) / ".vscode" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"heapline.server.command": ["touch", str(trap)]}))

    # WHEN the user opens the file that leaks and loads the heap dump
    seen = run("drive", {**options, "trusted": trusted}, "trusted" if trusted else "restricted")

    # THEN the lens, the hover and the problem say what the line holds
    assert seen["lens"].startswith(options["live"])
    assert "retains" in seen["retained"]
    assert "Hash" in seen["hover"]
    assert "heapline" in seen["problems"]
    # AND once the line is edited, its lens has the sign of doubt, and its tint is grey (run waits for that)
    assert seen["edited"].startswith("~ ")
    # AND the folder's program was not started, and nobody was asked anything
    assert not trap.exists()
    assert seen["strangers"] == []


def test_a_user_goes_from_the_dump_to_what_holds_the_memory_and_turns_it_all_off(options: dict[str, Any]) -> None:
    # GIVEN the sample's folder
    # WHEN the user loads the dump from the explorer's menu, and follows what the lenses and views say
    seen = run("tour", options, "tour")

    # THEN lens and hover have Ruby's count
    assert seen["lens"].startswith(options["live"])
    assert options["live"].split()[0] in seen["hover"]
    # AND the list of problems has the file, the status bar the report
    assert Path(LEAK).name in seen["problems"]
    assert Path(options["report"]).name in seen["status"]
    # AND the holders lead from the line over the cache to a root
    names = [row.split(",")[0] for row in seen["holders"]]
    assert names[:3] == [f"{Path(LEAK).name}:{options['line']}", "Hash", "TranslationCache"]
    assert "root vm" in names
    # AND the lines are grouped by file, then flat, sorted, filtered, and a click goes to one
    assert [row for row in seen["hot"] if row.startswith(LEAK)]
    counts = [int(re.search(r"([\d,]+) live", row)[1].replace(",", "")) for row in seen["sorted"]]  # type: ignore[index]
    assert counts == sorted(counts, reverse=True)
    assert seen["filtered"]
    assert all(row.startswith("builder.rb:") for row in seen["filtered"])
    line = seen["filtered"][0].removeprefix("builder.rb:").split(",")[0]
    assert seen["position"].startswith(f"Ln {line}, ")
    # AND the largest of what holds the heap comes first
    assert seen["dominators"][0].startswith("module Main")
    # AND a click at the end of a list fetches the next hundred
    rest, next_rest = (int(seen[row].split()[0].replace(",", "")) for row in ("more", "evenMore"))
    assert next_rest == rest - 100
    # AND one click turns everything off
    assert "off" in seen["off"]
    # AND the overview has its pictures, and a click on a tile opens the file that its objects come from
    assert "Retained size by holder" in seen["overview"]
    assert seen["jumped"].strip() == Path(LEAK).name
    # AND what grows has its evidence of one dump, and of three as soon as the two others are loaded from the list
    assert [row for row in seen["suspectsOfOne"] if "busy generations" in row]
    assert [row for row in seen["suspects"] if "grew from dump to dump" in row]
    assert not [row for row in seen["suspects"] if row.startswith("Load")]


def test_a_report_that_has_no_place_is_told_at_once_and_the_rule_on_the_page_behind_the_button_places_it(
    options: dict[str, Any], tmp_path: Path
) -> None:
    # GIVEN a folder with two checkouts of one program
    both = tmp_path / "both"
    for side in ("old", "new"):
        shutil.copytree(SAMPLES / "translate", both / side, ignore=shutil.ignore_patterns("reports"))

    # WHEN the user loads a dump, presses the message's button, and puts the rule of the page into the settings
    seen = run("explaining", {**options, "workspace": str(both), "file": f"new/{LEAK}"}, "explaining")

    # THEN the message says that nothing has a place, and what it could be of
    assert "None of its 92 lines lies in this workspace" in seen["message"]
    assert f"{both}/new/" in seen["message"]
    # AND the page has the beginning of the paths, and rules for it
    assert "## Not placed" in seen["page"]
    assert "/srv/heapline/translate" in seen["page"]
    assert '{ "from": "/srv/heapline/translate", "to": "new" }' in seen["page"]
    # AND the rule puts the numbers on their line, as the page says from then on
    assert seen["lens"].startswith(options["live"])
    assert "## Placed" in seen["commanded"]
    told = seen["commanded"].replace("\n", "")  # long lines are wrapped
    assert re.search(r"/srv/heapline/translate. is [^,]*/both/new. by pathMappings", told)


def test_a_newcomer_opens_a_dump_comes_back_to_it_and_opens_the_sample(options: dict[str, Any]) -> None:
    # GIVEN a folder with a dump
    # WHEN a user opens the dump with Heapline, loads it there, comes back later, and then opens the sample program
    seen = run("opening", options, "opening")

    # THEN the page knows the dump before and after
    assert "translate" in seen["before"]
    assert "heap dump" in seen["after"]
    # AND the lens is there, also when the folder is opened the next time, and in the sample
    assert all(lens.startswith(options["live"]) for lens in (seen["lens"], seen["again"], seen["sample"])), seen
    assert seen["strangers"] == []


def test_a_user_drops_dumps_onto_the_view(options: dict[str, Any]) -> None:
    # GIVEN the sample's folder, and nothing loaded
    second = Path(options["report"]).with_name("heap-2.json.gz")

    # WHEN the user drags one dump out of the explorer onto the empty view, and another onto the list
    seen = run("dropping", {**options, "second": str(second)}, "dropping")

    # THEN the first was loaded, and then the other beside it
    assert seen["lens"].startswith(options["live"])
    assert sorted(row.split(",")[0] for row in seen["reports"]) == [second.name, Path(options["report"]).name]


def test_a_load_is_stopped_behind_its_progress_and_if_it_takes_long_by_a_notification(
    options: dict[str, Any], tmp_path: Path
) -> None:
    # GIVEN a large dump, and a setting that is wrong
    large = write_large(Path(options["report"]), tmp_path / "large.json")
    settings = Path(options["workspace"]) / ".heapline.toml"
    settings.write_text("threshold.bytes = -1\n")

    # WHEN it is loaded and its indexing stands still, and the user clicks on the progress and presses the button there,
    # and the same with the button of the notification that comes by itself
    environment = {"HEAPLINE_CACHE_DIR": str(tmp_path / "cache")}
    seen = run("waiting", {**options, "report": str(large), "environment": environment}, "waiting")

    # THEN it was in the status bar before, and its process is gone after each
    assert large.name in seen["status"]
    assert large.name in seen["clicked"]
    assert large.name in seen["notification"]
    assert seen["indexing"] == [1, 1]
    # AND the log has the server's lines at the levels that the server gave them
    levels = dict(re.findall(r"\[(\w+)\] heapline\.lsp\.server: (\w+): ", seen["log"]))
    assert levels == {"info": "Info", "warning": "Warning"}


@pytest.mark.parametrize(
    "command",
    [["heapline-that-is-not-there"], [sys.executable, "-c", "raise SystemExit('not today')"], "heapline serve"],
    ids=["missing", "ends-at-once", "no-list"],
)
def test_a_server_that_cannot_be_started_is_one_message_with_the_way_to_the_setting(
    options: dict[str, Any], command: object, request: pytest.FixtureRequest
) -> None:
    # GIVEN a server command that cannot work
    # WHEN a Ruby file is opened and the message's button pressed
    seen = run("broken", {**options, "command": command}, request.node.callspec.id)

    # THEN there is one message, and the settings page shows the setting to mend
    (message,) = seen["messages"]
    assert "heapline.server.command" in message
    assert "Server: Command" in seen["setting"]
