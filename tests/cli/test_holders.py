"""`heapline holders FILE PATH:LINE`: which line is meant, what holds its objects, and how it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from running import heapline

from heap_dumps import CLASS, item, named, opened, root, write
from heapline.cli.holders import Line, find, line_of
from heapline.errors import HeaplineError
from heapline.places.placing import place_report
from heapline.readers.heap_dump import CUT_HINT, TRACING_HINT
from heapline.report import open_report
from sample_files import SAMPLES

DUMP = SAMPLES / "translate/reports/heap-3.json.gz"
CHECKOUT = SAMPLES / "translate"
RECORDED = "/srv/heapline/translate/lib/record.rb"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m\r\x08"
MARKUP = "[red]x[/red][/]:heart:"


def two_files(tmp_path: Path) -> Path:
    """A dump with a line each in two files of one name, and one more line in the first."""
    lines = [
        root("vm", 0x1000, 0x2000, 0x3000),
        item(0x1000, at="/gems/a/lib/user.rb:5"),
        item(0x2000, at="/gems/b/lib/user.rb:5"),
        item(0x3000, at="/gems/a/lib/user.rb:7"),
        item(0x4000, at="/gems/a/lib/superuser.rb:9"),
    ]
    return write(tmp_path / "heap.json", lines)


@pytest.mark.parametrize("path", [RECORDED, str(CHECKOUT / "lib/record.rb"), "record.rb", "lib/record.rb"])
def test_a_line_is_found_as_recorded_as_in_the_workspace_and_by_the_end_of_its_path(path: str) -> None:
    # GIVEN a dump from a container, and the checkout
    # WHEN it is asked who holds the objects of a line
    done = heapline("holders", DUMP, f"{path}:12", "--workspace", CHECKOUT)
    # THEN it says which line is meant, and draws the whole way from a root to them
    assert (done.returncode, done.stderr) == (0, "")
    first, *steps = done.stdout.splitlines()
    assert first == f"{RECORDED}:12: 2,000 objects retain 80 kB, 9 references from a root"
    labels = [step.strip().removeprefix("└ ").split(" (")[0].split(" — ")[0] for step in steps]
    assert labels == [
        "root vm",
        "class Object",
        "module Main",
        "Translator",
        "TranslationCache",
        "Hash",
        "4,000 × Hash",
        "2,000 × Record",
        "2,000 × Array",
    ]
    # AND each step is one further in, says what it leads to, and those of the workspace are links
    assert [len(step) - len(step.lstrip()) for step in steps] == list(range(0, 18, 2))
    assert all(step.endswith(" — 2,000 objects, 80 kB") for step in steps)
    links = re.findall(r"\((\S+\.rb):\d+\)", done.stdout)
    assert len(links) == 7
    assert all(Path(link).is_file() for link in links)


def test_a_list_is_one_step(tmp_path: Path) -> None:
    # GIVEN a list of twelve hundred nodes, of which one is large
    nodes = range(0x1000, 0x1000 + 1200 * 40, 40)
    lines = [
        root("machine_context", nodes[0]),
        named(CLASS, "Node"),
        *(item(node, node + 40, at="list.rb:2", size=100) for node in nodes),
    ]
    # WHEN it is asked who holds them
    done = heapline("holders", write(tmp_path / "heap.json", lines), "list.rb:2")
    # THEN they are one step, counted
    assert done.stdout.splitlines() == [
        "list.rb:2: 1,200 objects retain 120 kB, 1 to 1,200 references from a root",
        "root machine_context — 1,200 objects, 120 kB",
        "  └ 1,200 × Node (list.rb:2) — 1,200 objects, 120 kB",
    ]


def test_small_branches_are_counted_and_drawn_only_when_asked_for(tmp_path: Path) -> None:
    # GIVEN a hundred and one objects of a line, all but one held by one holder
    leaves = range(0x10_0000, 0x10_0000 + 101 * 40, 40)
    lines = [
        root("vm", 0x1000, 0x2000),
        item(0x1000, *leaves[:-1], at="holder.rb:1"),
        item(0x2000, leaves[-1], at="holder.rb:2"),
        *(item(leaf, at="leaf.rb:1") for leaf in leaves),
    ]
    dump = write(tmp_path / "heap.json", lines)
    # WHEN it is asked who holds them, and once more for everything
    some, everything = heapline("holders", dump, "leaf.rb:1"), heapline("holders", dump, "leaf.rb:1", "--all")
    # THEN the other holder is left out and that is said, or it is there
    assert "holder.rb:2" not in some.stdout
    assert some.stdout.splitlines()[-1] == "… 1 smaller branch (--all)"
    assert "holder.rb:2) — 1 object, 40 B" in everything.stdout
    assert "smaller" not in everything.stdout


def test_a_branch_that_leads_to_few_objects_but_most_of_the_bytes_is_drawn(tmp_path: Path) -> None:
    # GIVEN a hundred and one objects of a line, of which one is large and held by a holder of its own
    leaves = range(0x10_0000, 0x10_0000 + 101 * 40, 40)
    lines = [
        root("vm", 0x1000, 0x2000),
        item(0x1000, *leaves[:-1], at="holder.rb:1"),
        item(0x2000, leaves[-1], at="holder.rb:2"),
        *(item(leaf, at="leaf.rb:1") for leaf in leaves[:-1]),
        item(leaves[-1], at="leaf.rb:1", size=1_000_000),
    ]
    # WHEN it is asked who holds them
    done = heapline("holders", write(tmp_path / "heap.json", lines), "leaf.rb:1")
    # THEN both holders are drawn, that of most bytes first, and nothing is left out
    assert re.findall(r"holder\.rb:\d", done.stdout) == ["holder.rb:2", "holder.rb:1"]
    assert "smaller" not in done.stdout


def test_objects_that_no_root_reaches_are_counted(tmp_path: Path) -> None:
    # GIVEN a line with an object that a root holds, and two that nothing does
    lines = [root("vm", 0x1000), *(item(address, at="a.rb:1") for address in (0x1000, 0x2000, 0x3000))]
    # WHEN it is asked who holds them
    done = heapline("holders", write(tmp_path / "heap.json", lines), "a.rb:1")
    # THEN the two are not held, and that is said
    assert done.stdout.splitlines()[:2] == [
        "a.rb:1: 3 objects retain 40 B, 1 reference from a root",
        "Unreachable from the recorded roots: 2 of them",
    ]
    assert done.returncode == 0


def test_a_path_that_could_be_two_files_is_not_guessed(tmp_path: Path) -> None:
    # GIVEN a dump with objects on the same line of two files of one name
    dump = two_files(tmp_path)
    # WHEN it is asked for that line by the name alone, and then by the whole path
    done, whole = heapline("holders", dump, "lib/user.rb:5"), heapline("holders", dump, "/gems/b/lib/user.rb:5")
    # THEN both are named, and the whole path tells which is meant
    assert (done.returncode, done.stdout) == (1, "")
    lines = "/gems/a/lib/user.rb:5, /gems/b/lib/user.rb:5"
    assert done.stderr == f"heapline: lib/user.rb:5: could be any of {lines}. Give it as it was recorded.\n"
    assert whole.stdout.splitlines()[0] == "/gems/b/lib/user.rb:5: 1 object retains 40 B, 1 reference from a root"


def test_a_file_of_the_workspace_is_meant_before_one_that_only_ends_alike(tmp_path: Path) -> None:
    # GIVEN a file of the workspace with objects on one line, and a gem's of the same name with some on another
    checkout = tmp_path / "app"
    (checkout / "lib").mkdir(parents=True)
    (checkout / "lib/user.rb").write_text("# a line\n" * 9)
    lines = [
        root("vm", 0x1000, 0x2000),
        item(0x1000, at=f"{checkout}/lib/user.rb:3"),
        item(0x2000, at="/gems/a-1.0/lib/user.rb:5"),
    ]
    dump = write(tmp_path / "heap.json", lines)
    # WHEN the gem's line is asked for with the path of the workspace's file
    done = heapline("holders", dump, f"{checkout}/lib/user.rb:5", "--workspace", checkout)
    # THEN the gem's numbers are not taken for it
    assert (done.returncode, done.stdout) == (1, "")
    assert "The nearest lines: 3." in done.stderr


@pytest.mark.parametrize(
    ("site", "answer"),
    [
        ("user.rb:6", "no object of heap.json was allocated there. The nearest lines: 5, 7."),
        ("/gems/a/lib/superuser.rb:1", "no object of heap.json was allocated there. The nearest lines: 9."),
        ("ser.rb:5", "heap.json has no such file. To see its lines: heapline report"),
        (
            "/gems/c/lib/user.rb:5",
            "heap.json has no such file. Did you mean /gems/a/lib/user.rb or /gems/b/lib/user.rb?",
        ),
    ],
)
def test_a_line_that_is_not_there_gets_one_sentence_with_the_way_out(tmp_path: Path, site: str, answer: str) -> None:
    # GIVEN a dump
    dump = two_files(tmp_path)
    with opened(dump):
        report = open_report(dump)
        # WHEN it is asked for a line that it does not have
        # THEN one sentence says so, and which there are
        with pytest.raises(HeaplineError, match=f"^{re.escape(f'{site}: {answer}')}$"):
            find(report, place_report((), []), line_of(site))
        report.close()


@pytest.mark.parametrize(
    "site", ["user.rb", "user.rb:", ":5", "user.rb:x", "user.rb:-5", "user.rb:²", "user.rb:" + "9" * 5000, ""]
)
def test_what_is_no_path_and_line_is_refused_with_an_example(site: str) -> None:
    # GIVEN something else WHEN it is asked for THEN the error says what is expected
    with pytest.raises(
        typer.BadParameter, match=f"^{re.escape(site)}: is not of the form PATH:LINE, as in lib/user.rb:12"
    ):
        line_of(site)


@pytest.mark.parametrize("site", ["C:/app/user.rb:12", "C:/app/user.rb:12:3"])
def test_a_path_may_have_colons_and_a_column_after_the_line(site: str) -> None:
    # GIVEN a line as editors and compilers write it WHEN it is asked for THEN path and line are told apart
    assert line_of(site) == Line("C:/app/user.rb", 12)


def test_what_is_no_path_and_line_is_wrong_usage(tmp_path: Path) -> None:
    # GIVEN a dump WHEN it is asked for what is no line
    done = heapline("holders", two_files(tmp_path), "user.rb:x:")
    # THEN that is told as wrong usage
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not of the form PATH:LINE" in re.sub(r"\s*│?\n│?\s*", " ", done.stderr)


def test_what_was_asked_for_is_named_as_it_was(tmp_path: Path) -> None:
    # GIVEN a dump WHEN it is asked for a file that it does not have, whose name looks like an emoji
    done = heapline("holders", two_files(tmp_path), "user:x:.rb:5")
    # THEN one line says so, with that name
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0].startswith("heapline: user:x:.rb:5: heap.json has no such file.")


def test_a_dump_without_lines_is_told_how_to_have_some() -> None:
    # GIVEN a dump that was taken without tracing WHEN it is asked for a line
    dump = SAMPLES / "rubies/3.4/untraced.json.gz"
    done = heapline("holders", dump, "lib/kinds.rb:12")
    # THEN one sentence says why it has none, and what to do
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"heapline: {dump}: {TRACING_HINT}\n"


def test_of_a_dump_that_is_cut_short_it_is_said_that_its_numbers_are_too_small(tmp_path: Path) -> None:
    # GIVEN a dump that ends inside a line
    dump = two_files(tmp_path)
    with dump.open("a") as out:
        out.write('{"address":"0x5000", "type":"STR')
    # WHEN it is asked who holds the objects of a line
    done = heapline("holders", dump, "superuser.rb:9")
    # THEN it answers, and says so first
    assert done.returncode == 0
    assert done.stdout.splitlines()[:2] == [f"Note: {CUT_HINT}", "/gems/a/lib/superuser.rb:9: 1 object retains 0 B"]


def test_control_characters_of_a_dump_never_reach_the_terminal(tmp_path: Path) -> None:
    # GIVEN a dump whose classes, roots and paths hold them, and what looks like markup
    hostile = HOSTILE + MARKUP
    lines: list[dict[str, Any]] = [
        root(f"vm {hostile}", 0xA000, 0x1000),
        named(0xA000, f"Foo {hostile}", 0x1000, 0x2000),
        item(0x1000, 0x2000, cls=0xA000, at=f"/srv/{hostile}.rb:1"),
        item(0x2000, type="DATA", cls=None, struct=f"struct {hostile}", at=f"/srv/{hostile}.rb:3"),
    ]
    dump = write(tmp_path / "heap.json", lines)
    # WHEN it is asked who holds what, for a line that it has and for two that it has not
    for site, code in ((f"/srv/{hostile}.rb:3", 0), (f"/srv/{hostile}.rb:99", 1), (f"{hostile}:3", 1)):
        done = heapline("holders", dump, site)
        # THEN all that is printed is text, and what looks like markup is too
        assert done.returncode == code
        assert not CONTROL.search(done.stdout + done.stderr)
        assert "Traceback" not in done.stderr
        assert MARKUP in (done.stderr if code else done.stdout)


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (SAMPLES / "rubies/3.4/since.json.gz", "names no roots (it was taken with since:)"),
        (SAMPLES / "translate/reports/memory_profiler.txt", "is no heap dump"),
    ],
)
@pytest.mark.parametrize("verb", [["holders"], ["tree"]], ids=str)
def test_a_report_without_roots_has_no_holders_and_no_tree(report: Path, reason: str, verb: list[str]) -> None:
    # GIVEN a report that cannot tell what holds what WHEN it is asked all the same
    done = heapline(*verb, report, *(["lib/x.rb:1"] if verb == ["holders"] else []))
    # THEN one sentence says why
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"heapline: {report}: {reason}, so nothing can be said about what holds what.\n"
