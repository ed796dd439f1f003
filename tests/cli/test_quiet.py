"""What nobody wants to hear of, in the terminal: excluded, ignored by a comment, marked as fixed, too small."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from running import heapline

from heapline.insight.fixed import Fixed, Mark
from heapline.report import open_report
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

TRANSLATE = SAMPLES / "translate"
TEXT = TRANSLATE / "reports/memory_profiler.txt"
DUMP = TRANSLATE / "reports/heap-3.json.gz"
LEAK, LEAK_LINE = "lib/translation_cache.rb", 13
RECORDED = f"/srv/heapline/translate/{LEAK}"
HOLDER_LINE = 9


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program, and a threshold that all its lines reach."""
    folder = tmp_path / "translate"
    shutil.copytree(TRANSLATE, folder, ignore=shutil.ignore_patterns("reports"))
    (folder / ".heapline.toml").write_text("[threshold]\nobjects = 0\n")
    return folder


def ignore(folder: Path, line: int) -> None:
    """Put the comment behind a line of the leaking file."""
    file = folder / LEAK
    lines = file.read_text().splitlines()
    lines[line - 1] += "  # heapline:ignore it is bounded"
    file.write_text("\n".join(lines))


def exclude(folder: Path, _: int) -> None:
    toml = folder / ".heapline.toml"
    toml.write_text(f'exclude = ["{LEAK}"]\n{toml.read_text()}')


def mark(folder: Path, line: int) -> None:
    """Mark a line as fixed, as the editor does, in both reports."""
    for report in (open_report(TEXT), open_report(DUMP)) if line == HOLDER_LINE else (open_report(TEXT),):
        Fixed().mark(Mark(folder, report, RECORDED, line), fixed=True)
        report.close()


def raise_thresholds(folder: Path, _: int) -> None:
    (folder / ".heapline.toml").write_text("[threshold]\nbytes = 672_001\nobjects = 4_001\n")


def exported(folder: Path, *options: str) -> list[int]:
    """The lines of the leaking file that are results in SARIF."""
    found: dict[str, Any] = json.loads(
        heapline("export", TEXT, "--format", "sarif", "--workspace", folder, *options).stdout
    )
    places = [result["locations"][0]["physicalLocation"] for result in found["runs"][0]["results"]]
    return [at["region"]["startLine"] for at in places if at["artifactLocation"]["uri"] == LEAK]


@pytest.mark.parametrize(
    ("silence", "way", "said"),
    [
        ("ignored", ignore, "1 ignored by a comment"),
        ("excluded", exclude, "in files that exclude names"),
        ("fixed", mark, "1 marked as fixed"),
        ("small", raise_thresholds, "below the thresholds"),
    ],
)
def test_a_line_that_is_silent_in_the_editor_is_silent_in_the_terminal(
    checkout: Path, silence: str, way: Any, said: str
) -> None:
    # GIVEN a line that an editor would not mark, for one of four reasons
    at = f"{LEAK}:{LEAK_LINE}: "
    way(checkout, LEAK_LINE)
    # WHEN the report is printed and exported
    told = heapline("report", TEXT, "--workspace", checkout).stdout
    # THEN it is in no list, and a note says so
    assert at not in told
    assert said in told
    assert "To see all: --all" in told
    assert exported(checkout) == []
    # AND it is there for who asks for all, and for programs, with the reason
    everything = heapline("report", TEXT, "--workspace", checkout, "--all").stdout
    assert at in everything
    assert "left out" not in everything
    assert exported(checkout, "--all") == [LEAK_LINE]
    sites = json.loads(heapline("report", TEXT, "--workspace", checkout, "--json").stdout)["sites"]
    assert [site["silence"] for site in sites if (site["path"], site["line"]) == (RECORDED, LEAK_LINE)] == [silence]


@pytest.mark.parametrize("way", [ignore, exclude, mark])
def test_ci_does_not_fail_on_a_suspect_that_nobody_wants_to_hear_of(checkout: Path, way: Any) -> None:
    # GIVEN a dump with a suspect, on a line that is silent
    way(checkout, HOLDER_LINE)
    asked = ("suspects", DUMP, "--workspace", checkout, "--fail-on", "1")
    # WHEN CI asks for suspects
    done = heapline(*asked)
    # THEN there is none, and what was left out is said
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 leak suspects" in done.stdout
    assert "1 suspect left out: " in done.stdout
    assert heapline(*asked, "--all").returncode == 3
    assert heapline(*asked, "--ignore", "lib").returncode == 0


def test_other_lists_of_lines_can_be_filtered_and_leave_out_what_is_ignored(checkout: Path) -> None:
    # GIVEN a line that is ignored, of which much is new in the second dump
    ignore(checkout, LEAK_LINE)
    at, dumps = f"{LEAK}:{LEAK_LINE}: ", (TRANSLATE / "reports/heap-1.json.gz", DUMP)
    for asked in (("diff", *dumps, "--workspace", checkout), ("generations", DUMP, "0-99999", "--workspace", checkout)):
        # WHEN lines are listed
        # THEN it is left out, and there for who asks for all
        told = heapline(*asked, "--top", "100")
        assert (told.returncode, told.stderr) == (0, "")
        assert at not in told.stdout
        assert "1 line left out: 1 ignored by a comment" in told.stdout
        assert at in heapline(*asked, "--top", "100", "--all").stdout
        # AND the files that are asked for are those that are printed
        only = heapline(*asked, "--top", "100", "--only", "catalog").stdout
        assert "catalog.rb:" in only
        assert "builder.rb:" not in only
        assert "of files that are not asked for" in only


def test_lines_with_equal_strings_can_be_filtered_and_leave_out_what_is_ignored(checkout: Path) -> None:
    # GIVEN a line with many equal strings, and a comment that nobody wants to hear of it
    file, line = checkout / "lib/builder.rb", 28
    rows = file.read_text().splitlines()
    rows[line - 1] += "  # heapline:ignore"
    file.write_text("\n".join(rows))
    asked = ("strings", DUMP, "--workspace", checkout)
    # WHEN lines are listed
    # THEN it is left out, for people as for programs, and there for who asks for all
    told = heapline(*asked)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"builder.rb:{line}: " not in told.stdout
    assert "1 line left out: 1 ignored by a comment" in told.stdout
    assert f"builder.rb:{line}: " in heapline(*asked, "--all").stdout
    lines = {site["line"] for site in json.loads(heapline(*asked, "--json", "--only", "builder").stdout)["sites"]}
    assert 21 in lines
    assert line not in lines
    # AND the files that are asked for are those that are printed
    only = heapline(*asked, "--only", "capture").stdout
    assert "seen.rb:54: " in only
    assert "builder.rb:" not in only
    assert "of files that are not asked for" in only


def test_a_tree_is_not_exported_in_part() -> None:
    # GIVEN a format that is a tree WHEN some files are asked for THEN the usage is wrong, and says why
    done = heapline("export", TEXT, "--format", "speedscope", "--only", "lib")
    assert done.returncode == 2
    assert "is a tree" in done.stderr
