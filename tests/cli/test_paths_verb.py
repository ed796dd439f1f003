"""`heapline paths` and `heapline config`: how paths are placed, which rules would help, and what the settings are."""

from __future__ import annotations

import json
import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from running import heapline

from heap_dumps import CLASS, item, named, root, write
from recorded_elsewhere import recording
from sample_files import SAMPLES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

TRANSLATE = SAMPLES / "translate"
TEXT = TRANSLATE / "reports/memory_profiler.txt"
RECORDED = "/srv/heapline/translate"


def proposed(printed: str) -> list[dict[str, str]]:
    """The rules that are proposed, read as TOML."""
    found: list[dict[str, str]] = tomllib.loads(printed[printed.index("pathMappings = [") :])["pathMappings"]
    return found


def lines_in(printed: str) -> int:
    """How many lines the lists account for."""
    return sum(int(found.replace(",", "")) for found in re.findall(r"^([\d,]+) lines?, ", printed, re.MULTILINE))


@pytest.mark.parametrize(
    ("root", "program"),
    [
        ("app", "weakmap"),
        ("app", "blog"),
        ("release", "translate"),
        ("current", "weakmap"),
        ("current", "blog"),
        ("C:/src", "translate"),
        ("C:\\src", "blog"),
    ],
)
def test_a_report_recorded_under_another_root_is_placed_and_the_rule_is_told(
    tmp_path: Path, root: str, program: str
) -> None:
    # GIVEN a report of a program that ran elsewhere, and its checkout under another name
    there = recording(root, program)
    folder = there.check_out(tmp_path / "checkout")
    own = [line for line in there.lines if line.owner == "own"]
    # WHEN its paths are explained
    told = heapline("paths", there.write(tmp_path), "--workspace", folder)
    # THEN the rule is named with the share of files that speaks for it, and it placed each of the program's own lines
    assert (told.returncode, told.stderr) == (0, "")
    files = len({line.path for line in own if "/current/" not in line.path})
    way = re.escape(f"{there.told} is {folder}")
    rule = f"{len(own)} lines, .+: {way}, since (.+) of the report's (.+) such files are there"
    assert [found.groups() for found in re.finditer(rule, told.stdout)] == [(str(files), str(files))]
    # AND each line is accounted for once
    whole = re.search(r"lines? of ([\d,]+) ha", told.stdout)
    assert whole
    assert lines_in(told.stdout.partition("\n\n")[2]) == int(whole[1].replace(",", ""))
    # AND nothing of the program is left
    left = told.stdout.partition("Not placed")[2]
    assert left
    assert not any(f"{line.path}:" in left for line in own)


def test_the_rules_that_are_proposed_settle_a_tie(tmp_path: Path) -> None:
    # GIVEN two checkouts of one program in a folder
    for side in ("old", "new"):
        shutil.copytree(TRANSLATE, tmp_path / side, ignore=shutil.ignore_patterns("reports"))
    # WHEN a report's paths are explained
    told = heapline("paths", TEXT, "--workspace", tmp_path)
    # THEN both are named
    assert f"{tmp_path}/new/" in told.stdout
    assert f"{tmp_path}/old/" in told.stdout
    # WHEN the rule that is proposed is put into the settings, with the folder that is right
    [target] = [rule["to"] for rule in proposed(told.stdout) if rule["from"] == RECORDED]
    assert target == "new"
    (tmp_path / ".heapline.toml").write_text(f'pathMappings = [{{ from = "{RECORDED}", to = "old" }}]\n')
    again = heapline("paths", TEXT, "--workspace", tmp_path)
    # THEN it places the lines, in the explanation and in the report
    assert f"{RECORDED} is {tmp_path}/old by pathMappings" in again.stdout
    assert "could be several folders" not in again.stdout
    report = json.loads(heapline("report", "--json", TEXT, "--workspace", tmp_path).stdout)
    own = [site["place"] for site in report["sites"] if site["path"].startswith(RECORDED)]
    assert {place["rule"] for place in own} == {"mapping"}
    assert all(place["file"].startswith(f"{tmp_path}/old/") for place in own)


def test_what_is_proposed_works_as_it_stands_at_the_beginning_of_a_file_that_has_settings(tmp_path: Path) -> None:
    # GIVEN two checkouts of one program in a folder, whose settings have a table, and a rule for something else
    for side in ("old", "new"):
        shutil.copytree(TRANSLATE, tmp_path / side, ignore=shutil.ignore_patterns("reports"))
    toml, threshold = tmp_path / ".heapline.toml", "[threshold]\nbytes = 5\n"
    rule = 'pathMappings = [{ from = "/opt/pay", to = "new" }]\n'
    toml.write_text(rule + threshold)
    # WHEN what is proposed takes the place of the rules that are there
    told = heapline("paths", TEXT, "--workspace", tmp_path).stdout
    assert "For the beginning of .heapline.toml, instead of its pathMappings" in told
    toml.write_text(told[told.index("pathMappings = [") :] + threshold)
    # THEN it has both rules, the other settings hold, and each line has a place
    again = heapline("paths", TEXT, "--workspace", tmp_path)
    assert again.stderr == ""
    assert f"{RECORDED} is {tmp_path}/new by pathMappings" in again.stdout
    assert f"nothing: /opt/pay is {tmp_path}/new by pathMappings" in again.stdout
    assert "Not placed" not in again.stdout
    assert "threshold.bytes = 5  .heapline.toml" in heapline("config", "--workspace", tmp_path).stdout


def test_a_rule_that_is_proposed_for_a_relative_path_speaks_of_folders(tmp_path: Path) -> None:
    # GIVEN a dump of a program that was started in its own folder, and a workspace that has it further below
    (tmp_path / "src/shop").mkdir(parents=True)
    (tmp_path / "src/shop/start.rb").write_text("# one\nputs\n")
    objects = [item(16 * number, at="start.rb:2") for number in range(9, 12)]
    dump = write(tmp_path / "heap.json", [root("vm", CLASS), named(CLASS, "Thing"), *objects])
    # WHEN its paths are explained
    told = heapline("paths", dump, "--workspace", tmp_path).stdout
    # THEN the rule that is proposed needs nothing but the folder that is right
    assert proposed(told) == [{"from": ".", "to": "."}]
    (tmp_path / ".heapline.toml").write_text('pathMappings = [{ from = ".", to = "src/shop" }]\n')
    assert f". is {tmp_path}/src/shop by pathMappings" in heapline("paths", dump, "--workspace", tmp_path).stdout


@pytest.mark.parametrize("report", ["tools/reports/stackprof.json", "tools/reports/derailed-bundle-mem.txt"])
def test_of_reports_whose_bytes_are_unknown_or_overlap_lines_alone_are_counted(report: str) -> None:
    # GIVEN a report without bytes, or of requires, whose memory is that of what they require, too
    # WHEN its paths are explained
    told = heapline("paths", SAMPLES / report, "--workspace", SAMPLES).stdout
    # THEN no bytes are named: they would be none, or more than there are
    assert re.search(r"^\d+ lines of \d+ have a place here\.$", told, re.MULTILINE)
    assert not re.search(r"\d [kMG]?B\b", told)
    # AND each line is accounted for
    whole = re.search(r"lines of (\d+) have", told)
    assert whole
    assert sum(int(lines) for lines in re.findall(r"^(\d+) lines?: ", told, re.MULTILINE)) == int(whole[1])


def test_a_rule_is_proposed_for_any_name_that_can_be_copied_and_for_no_other(tmp_path: Path) -> None:
    # GIVEN a dump whose paths have names that mean something to TOML, or that no terminal shows
    odd = ["/opt/it's/a.rb", "/srv/café dänemark/c.rb", "/usr2/#[x] = {}/d.rb"]
    hostile = ["/etc2/\x7f/e.rb", "/etc3/\x1b[31m/f.rb", "/etc4/\u202e/g.rb"]
    objects = [item(16 * number, at=f"{path}:1") for number, path in enumerate([*odd, *hostile], 9)]
    dump = write(tmp_path / "heap.json", [root("vm", CLASS), named(CLASS, "Thing"), *objects])
    dump.write_text(dump.read_text().replace("\\u001b", "\x1b"))  # as Ruby writes it
    # WHEN its paths are explained
    told = heapline("paths", dump, "--workspace", tmp_path).stdout
    # THEN the rules are TOML, and say the names of the former
    assert {rule["from"] for rule in proposed(told)} == {path.rpartition("/")[0] for path in odd}


def test_what_has_no_place_is_named_with_its_reason_and_the_largest_line(tmp_path: Path) -> None:
    # GIVEN a dump of paths that are not here, each for another reason, and one whose file is shorter now
    (tmp_path / "short.rb").write_text("# one\n")
    paths = ["/bundle/gems/heapline_none-1.0/lib/a.rb", "(eval)", "/opt/other/lib/b.rb", f"{tmp_path}/gone.rb"]
    objects = [item(16 * (number + 9), at=f"{path}:7") for number, path in enumerate([*paths, f"{tmp_path}/short.rb"])]
    dump = write(tmp_path / "heap.json", [root("vm", CLASS), named(CLASS, "Thing"), *objects])
    # WHEN its paths are explained
    told = heapline("paths", dump, "--workspace", tmp_path).stdout
    # THEN each is named
    for words in (
        "the gem heapline_none-1.0 is not installed here",
        "(eval) is no file of Ruby code",
        "enough of the files of /opt/other/lib. The largest: /opt/other/lib/b.rb:7",
        "these files are not there any more",
        "short.rb is shorter now",
    ):
        assert words in told


@pytest.mark.parametrize("settings", ["", f'pathMappings = [{{ from = "{RECORDED}", to = "." }}]'])
def test_a_file_that_was_deleted_since_is_told_as_such_and_no_rule_is_proposed(tmp_path: Path, settings: str) -> None:
    # GIVEN a checkout that a rule leads to, and in which a file is not there any more
    folder = tmp_path / "translate"
    shutil.copytree(TRANSLATE, folder, ignore=shutil.ignore_patterns("reports"))
    (folder / "lib/builder.rb").unlink()
    (folder / ".heapline.toml").write_text(settings)
    # WHEN a report's paths are explained
    told = heapline("paths", TEXT, "--workspace", folder).stdout
    # THEN that is why its lines have no place; another folder would not have it either
    assert re.search(r"these files are not there any more\. The largest: \S*/lib/builder\.rb:28", told)
    assert "For the beginning of" not in told


def test_config_prints_each_setting_and_where_it_comes_from(tmp_path: Path) -> None:
    # GIVEN a folder with settings, one of which is wrong
    (tmp_path / ".heapline.toml").write_text(
        'pathMappings = [{ from = "/app", to = "." }]\n[threshold]\nbytes = 5\nobjects = "many"\n'
    )
    # WHEN the settings are printed
    printed = heapline("config", "--workspace", tmp_path)
    # THEN those of the file are told from the defaults, and the wrong one is named
    lines = printed.stdout.splitlines()
    assert 'pathMappings = [{"from":"/app","to":"."}]  .heapline.toml' in lines
    assert "threshold.bytes = 5  .heapline.toml" in lines
    assert "threshold.objects = 100  default" in lines
    assert 'threshold.objects is "many"' in printed.stderr
    # AND programs get the same
    found = json.loads(heapline("config", "--json", "--workspace", tmp_path).stdout)
    assert found["threshold.bytes"] == {"value": 5, "from": str(tmp_path / ".heapline.toml")}
    assert found["threshold.objects"] == {"value": 100, "from": None}


@pytest.mark.parametrize("target", ["../other", "/etc", "~/other", "C:/other"])
def test_a_rule_of_the_checkout_stays_inside_the_folder(tmp_path: Path, target: str) -> None:
    # GIVEN a checkout whose rule leads out of it
    (tmp_path / ".heapline.toml").write_text(f'pathMappings = [{{ from = "/app", to = "{target}" }}]\n')
    # WHEN its settings are read
    printed = heapline("config", "--workspace", tmp_path)
    # THEN the rule is ignored, and that is told
    assert "pathMappings = []" in printed.stdout
    assert "must stay inside the folder" in printed.stderr


@pytest.mark.parametrize(
    "rule", ['"/app"', '{ from = "/app" }', '{ from = "/app", to = 1 }', '{ from = "**/**/*/*", to = ".", on = 1 }']
)
def test_a_rule_of_another_form_is_named(tmp_path: Path, rule: str) -> None:
    # GIVEN a rule that is none
    (tmp_path / ".heapline.toml").write_text(f"pathMappings = [{rule}]\n")
    # WHEN the settings are read
    printed = heapline("config", "--workspace", tmp_path)
    # THEN it is said what a rule must be
    assert 'pathMappings is a list, but must be a list of tables, each with a folder "from"' in printed.stderr
