"""Settings: what each source may say, what wins, and what is said about what cannot be used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heapline.errors import HeaplineError
from heapline.settings import TOML_NAME, Settings, load_toml, resolve
from heapline.settings.generate import docs_page, package_json
from heapline.settings.layers import MAX_TOML_BYTES, leaves_folder
from heapline.settings.schema import SETTINGS
from heapline.settings.tree import CodeLens, Diagnostics, Hover, Threshold

if TYPE_CHECKING:
    from pathlib import Path

ALL_CHANGED = {
    "reports": ["tmp/*.json"],
    "codeLens": {"enabled": False, "maxPerFile": 7},
    "threshold": {"bytes": 1, "objects": 2},
    "diagnostics": {"severity": "warning", "share": 2.5, "maxPerFile": 3, "maxTotal": 4},
    "hover": {"enabled": False},
}
ALL_CHANGED_SETTINGS = Settings(
    reports=("tmp/*.json",),
    code_lens=CodeLens(enabled=False, max_per_file=7),
    threshold=Threshold(bytes=1, objects=2),
    diagnostics=Diagnostics(severity="warning", share=2.5, max_per_file=3, max_total=4),
    hover=Hover(enabled=False),
)


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / TOML_NAME
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    # GIVEN a folder without a file of settings, and an editor that sends nothing
    # WHEN the settings are resolved
    found, problems = resolve(tmp_path / TOML_NAME, None)

    # THEN they are the defaults, and nothing is wrong
    assert (found, problems) == (Settings(), [])
    assert (found.code_lens.enabled, found.code_lens.max_per_file) == (True, 50)
    assert (found.threshold.bytes, found.threshold.objects) == (10_000, 100)
    assert (found.diagnostics.severity, found.diagnostics.share) == ("information", 5)
    assert (found.diagnostics.max_per_file, found.diagnostics.max_total) == (20, 200)
    assert (found.reports, found.hover.enabled) == ((), True)


@pytest.mark.parametrize(
    "sent",
    [
        ALL_CHANGED,
        {"settings": ALL_CHANGED},
        {"heapline": ALL_CHANGED},
        {"settings": {"heapline": ALL_CHANGED}},
        {"codeLens.enabled": False, "codeLens.maxPerFile": 7}
        | {k: v for k, v in ALL_CHANGED.items() if k != "codeLens"},
    ],
    ids=["bare", "under settings", "under heapline", "under both", "with dotted names"],
)
def test_an_editor_can_set_everything_in_each_shape_that_editors_send(sent: object) -> None:
    # GIVEN every setting at another value than its default
    # WHEN an editor sends them
    found, problems = resolve(None, sent)

    # THEN each is taken
    assert (found, problems) == (ALL_CHANGED_SETTINGS, [])


def test_a_file_can_set_everything(tmp_path: Path) -> None:
    # GIVEN a file with every setting at another value than its default
    text = """
        reports = ["tmp/*.json"]
        codeLens.enabled = false
        codeLens.maxPerFile = 7
        threshold = { bytes = 1, objects = 2 }
        [diagnostics]
        severity = "warning"
        share = 2.5
        maxPerFile = 3
        maxTotal = 4
        [hover]
        enabled = false
    """

    # WHEN the settings are resolved
    found, problems = resolve(write(tmp_path, text), None)

    # THEN each is taken
    assert (found, problems) == (ALL_CHANGED_SETTINGS, [])


def test_the_editor_wins_over_the_file_where_it_differs_from_the_default(tmp_path: Path) -> None:
    # GIVEN a file that changes two values
    path = write(tmp_path, "[codeLens]\nmaxPerFile = 10\n[diagnostics]\nmaxTotal = 30\n")

    # WHEN an editor sends all values, as VS Code does, and only one of them was set by the user
    sent = {"codeLens": {"enabled": True, "maxPerFile": 20}, "diagnostics": {"share": 5, "maxTotal": 200}}
    found, problems = resolve(path, sent)

    # THEN the user's value wins, and a default that was sent along does not
    assert (found.code_lens.max_per_file, found.diagnostics.max_total) == (20, 30)
    assert problems == []


def test_a_bad_value_of_the_editor_leaves_the_one_of_the_file(tmp_path: Path) -> None:
    # GIVEN a file with a good value
    path = write(tmp_path, "[codeLens]\nmaxPerFile = 10\n")

    # WHEN the editor sends one out of range
    found, problems = resolve(path, {"codeLens": {"maxPerFile": 5000}})

    # THEN the file's holds, and one sentence says why
    assert found.code_lens.max_per_file == 10
    assert problems == [
        "The editor's setting heapline.codeLens.maxPerFile is 5000, "
        "but must be a whole number from 1 to 1000; it is ignored."
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("codeLens.enabled = 1", "codeLens.enabled is 1, but must be true or false"),
        ("codeLens.maxPerFile = 0", "codeLens.maxPerFile is 0, but must be a whole number from 1 to 1000"),
        ("codeLens.maxPerFile = true", "codeLens.maxPerFile is true, but must be a whole number"),
        ("codeLens.maxPerFile = 1.5", "codeLens.maxPerFile is 1.5, but must be a whole number"),
        ("threshold.bytes = -1", "threshold.bytes is -1, but must be a whole number from 0"),
        ("threshold.bytes = inf", "threshold.bytes is inf, but must be a whole number"),
        (f"threshold.bytes = 0x{'f' * 5000}", "threshold.bytes is a number of more than 64 bits, but"),
        ("diagnostics.share = nan", "diagnostics.share is nan, but must be a number from 0 to 100"),
        ("diagnostics.share = 100.5", "diagnostics.share is 100.5, but must be a number from 0 to 100"),
        ('diagnostics.severity = "loud"', 'diagnostics.severity is "loud", but must be one of "off", "hint"'),
        ('diagnostics.severity = ["off"]', "diagnostics.severity is a list, but must be one of"),
        ("hover.enabled = 2024-01-01", "hover.enabled is a date, but must be true or false"),
        ("hover = false", "hover is false, but must be a table"),
        ('reports = "tmp/*.json"', 'reports is "tmp/*.json", but must be a list of strings'),
        ('reports = ["a", 1]', "reports is a list, but must be a list of strings, none of them empty"),
        ('reports = [""]', "reports is a list, but must be a list of strings, none of them empty"),
        ("codeLens.enable = false", "codeLens.enable is not a setting (did you mean codeLens.enabled?)"),
        ("code_lens.enabled = false", "code_lens is not a setting (did you mean codeLens?)"),
        ("[server]\ncommand = ['sh']", "server is not a setting; it is ignored."),
        (r'"\u001b[2J\n" = 1', r"\x1b[2J\n is not a setting; it is ignored."),
        (f"{'x' * 5000} = 1", f"{'x' * 60}… is not a setting; it is ignored."),
    ],
)
def test_what_a_file_says_wrong_is_named_and_ignored(tmp_path: Path, text: str, said: str) -> None:
    # GIVEN a file with one thing wrong
    path = write(tmp_path, text)

    # WHEN the settings are resolved
    found, problems = resolve(path, None)

    # THEN the default holds, and one sentence names the file, the setting and the way out
    assert found == Settings()
    assert len(problems) == 1
    assert problems[0].startswith(f"{path}: {said}")
    assert problems[0].endswith("; it is ignored.")


def test_a_bad_value_does_not_take_the_good_ones_with_it(tmp_path: Path) -> None:
    # GIVEN a file with two bad values among good ones
    path = write(tmp_path, "hover.enabled = false\nnonsense = 1\n[threshold]\nbytes = 'x'\nobjects = 5\n")

    # WHEN the settings are resolved
    found, problems = resolve(path, None)

    # THEN the good ones are taken, and there is one sentence for each bad one
    assert found == Settings(hover=Hover(enabled=False), threshold=Threshold(objects=5))
    assert [problem.split()[1] for problem in problems] == ["nonsense", "threshold.bytes"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[codeLens]\nenabled = \n", r"is not TOML: .*\(at line 2, column \d+\)"),
        (b"hover.enabled = false\n# caf\xe9\n", r"is not UTF-8 \(at line 2\)"),
        (b"threshold.bytes = " + b"9" * 5000, r"is not TOML: .*digits"),
        (b"reports = " + b"[" * 10_000, r"is nested too deeply"),
        (b"#" * (MAX_TOML_BYTES + 1), r"is larger than 16 kB"),
        (b"\x00\xff\x89PNG", r"is not UTF-8 \(at line 1\)"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    # GIVEN a file that is no TOML
    path = write(tmp_path, content)

    # WHEN it is loaded
    tables, problems = load_toml(path)

    # THEN there is nothing in it, and one sentence names it, the line where there is one, and what follows
    assert tables == {}
    assert len(problems) == 1
    assert re.match(f"{re.escape(str(path))} {said}.*it is ignored", problems[0])


def test_a_file_that_is_no_file_is_not_opened(tmp_path: Path) -> None:
    # GIVEN a directory, a FIFO that nobody writes to, and a link to an endless device
    directory, fifo, endless = tmp_path / "directory", tmp_path / "fifo", tmp_path / "endless"
    directory.mkdir()
    os.mkfifo(fifo)
    endless.symlink_to("/dev/zero")

    # WHEN each is loaded
    loaded = [load_toml(path) for path in (directory, fifo, endless)]

    # THEN it returns at once and says so
    assert loaded == [({}, [f"{path} is not a regular file; it is ignored."]) for path in (directory, fifo, endless)]


def test_a_path_that_cannot_be_looked_at_gets_one_sentence(tmp_path: Path) -> None:
    # GIVEN a name longer than the file system takes
    path = tmp_path / ("x" * 5000)

    # WHEN it is loaded
    tables, problems = load_toml(path)

    # THEN the system's reason is told
    assert tables == {}
    assert len(problems) == 1
    assert re.search(r"cannot be read \(.+\); it is ignored", problems[0])


def test_a_file_with_a_byte_order_mark_and_dos_lines_is_read(tmp_path: Path) -> None:
    # GIVEN a file as some editors on Windows write it
    path = write(tmp_path, b"\xef\xbb\xbf[hover]\r\nenabled = false\r\n")

    # WHEN the settings are resolved
    found, problems = resolve(path, None)

    # THEN it is read like any other
    assert (found, problems) == (Settings(hover=Hover(enabled=False)), [])


OUTSIDE = [
    "/etc/*",
    "../x",
    "a/../../x",
    "a/..",
    "..",
    "~/x",
    "C:/x",
    "C:x",
    "C:\\x",
    "\\\\host\\x",
    "a\\..\\..\\x",
]
INSIDE = ["tmp/heap.json", "**/*.json", "a..b/*", "...", ".cache/*.gz", "[.][.]/x", "tmp/2024-01-01 12.00/*"]


@pytest.mark.parametrize("glob", OUTSIDE)
def test_a_glob_in_a_file_that_leaves_the_folder_is_dropped_and_named(tmp_path: Path, glob: str) -> None:
    # GIVEN a file, perhaps a stranger's, with a glob that leaves the folder beside one that does not
    path = write(tmp_path, f"reports = {json.dumps([glob, 'tmp/*.json'])}")

    # WHEN the settings are resolved
    found, problems = resolve(path, None)

    # THEN only the other one is taken
    assert found.reports == ("tmp/*.json",)
    assert len(problems) == 1
    assert "must stay inside the folder" in problems[0]


@pytest.mark.parametrize("glob", INSIDE)
def test_a_glob_that_stays_inside_is_not_suspected(glob: str) -> None:
    # GIVEN a glob whose text only resembles one that leaves
    # WHEN it is examined
    # THEN it may stay
    assert not leaves_folder(glob)


def test_the_user_of_an_editor_may_name_reports_anywhere() -> None:
    # GIVEN globs that leave the folder
    # WHEN the editor sends them, not a file that came with the code
    found, problems = resolve(None, {"reports": OUTSIDE})

    # THEN they are taken
    assert (found.reports, problems) == (tuple(OUTSIDE), [])


def test_the_settings_of_the_extension_itself_are_passed_over() -> None:
    # GIVEN the section as VS Code sends it, with what only the extension reads
    sent = {"server": {"command": ["heapline"]}, "trace": {"server": "off"}, "hover": {"enabled": False}}

    # WHEN the settings are resolved
    found, problems = resolve(None, sent)

    # THEN they are not taken for mistakes
    assert (found, problems) == (Settings(hover=Hover(enabled=False)), [])


@pytest.mark.parametrize(
    "sent",
    [None, {}, [], {"settings": None}, {"heapline": []}, {"codeLens": []}, {"reports": {}, "hover": None}],
)
def test_every_way_of_sending_nothing_means_nothing(sent: object) -> None:
    # GIVEN the nulls and empty containers that editors send for "nothing set"
    # WHEN the settings are resolved
    # THEN the defaults hold, and nothing is wrong
    assert resolve(None, sent) == (Settings(), [])


@pytest.mark.parametrize("sent", [1, "off", True, ["a"]])
def test_an_editor_that_sends_no_table_is_told(sent: object) -> None:
    # GIVEN something that is not a table
    # WHEN an editor sends it for the settings
    found, problems = resolve(None, sent)

    # THEN the defaults hold, and one sentence says so
    assert found == Settings()
    assert len(problems) == 1
    assert "must be a table; they are ignored" in problems[0]


def test_whole_numbers_may_come_as_floats() -> None:
    # GIVEN an editor whose language has one type of number
    # WHEN it writes a whole number with a point
    found, problems = resolve(None, {"threshold": {"bytes": 50.0}})

    # THEN it is the whole number
    assert (repr(found.threshold.bytes), problems) == ("50", [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([part for name in SETTINGS for part in (name, *name.split("."))]) | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(sent=JSON)
def test_whatever_an_editor_sends_gives_settings_and_sentences(sent: object) -> None:
    # GIVEN any JSON, with names that are ours and names that are not
    # WHEN an editor sends it
    found, problems = resolve(None, sent)

    # THEN every value has the type and range of the tree, and every sentence is one line
    assert isinstance(found.code_lens.enabled, bool)
    assert isinstance(found.hover.enabled, bool)
    assert type(found.code_lens.max_per_file) is int
    assert 1 <= found.code_lens.max_per_file <= 1000
    assert found.threshold.bytes >= 0
    assert 0 <= found.diagnostics.share <= 100
    assert found.diagnostics.severity in ("off", "hint", "information", "warning")
    assert all(isinstance(glob, str) and glob for glob in found.reports)
    assert all(problem.isprintable() for problem in problems)


WHOLE_FILE = docs_page().split("```toml\n")[1].split("```")[0].encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    start=st.integers(0, len(WHOLE_FILE)),
    junk=st.binary(max_size=8) | st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace")),
    lost=st.integers(0, 40),
)
def test_a_file_damaged_anywhere_gives_settings_and_sentences(
    tmp_path: Path, start: int, junk: bytes, lost: int
) -> None:
    # GIVEN a good file, of which a piece anywhere is replaced by any bytes
    path = write(tmp_path, WHOLE_FILE[:start] + junk + WHOLE_FILE[start + lost :])

    # WHEN it is loaded, and the settings are resolved
    tables, unreadable = load_toml(path)
    found, problems = resolve(path, None)

    # THEN it was read or it was said why not, every sentence is one line, and the values are of the tree
    assert bool(unreadable) == (tables == {})
    assert problems[: len(unreadable)] == unreadable
    assert all(problem.isprintable() for problem in problems)
    assert 1 <= found.code_lens.max_per_file <= 1000


def test_the_examples_in_the_documentation_are_valid(tmp_path: Path) -> None:
    # GIVEN the examples of the page
    page = docs_page()
    toml = page.split("```toml\n")[1].split("```")[0]
    sent = page.split("```json\n")[1].split("```")[0]

    # WHEN they are used as they stand
    from_file = resolve(write(tmp_path, toml), None)
    from_editor, problems = resolve(None, json.loads(sent))

    # THEN the file sets every setting to its default, and the editor's is understood
    assert from_file == (Settings(), [])
    assert all(toml.count(f"{name.rpartition('.')[2]} = ") for name in SETTINGS)
    assert problems == []
    assert from_editor != Settings()


def test_the_extension_keeps_its_own_settings_and_gets_ours() -> None:
    # GIVEN a package.json with a setting of the extension, an outdated one of ours, and other content
    own = {"type": "array", "scope": "machine"}
    before = {
        "name": "heapline",
        "contributes": {
            "commands": [],
            "configuration": {
                "title": "Heapline",
                "properties": {
                    "heapline.server.command": own,
                    "heapline.trace.server": own,
                    "heapline.gone": {},
                },
            },
        },
    }

    # WHEN it is brought up to date
    after = json.loads(package_json(json.dumps(before)))

    # THEN its own settings are as they were, the outdated one is gone, ours are there, the rest is untouched
    groups = {group["title"]: group["properties"] for group in after["contributes"].pop("configuration")}
    assert groups.pop("Server") == {"heapline.server.command": own, "heapline.trace.server": own}
    properties = {name: value for group in groups.values() for name, value in group.items()}
    assert properties.keys() == {f"heapline.{name}" for name in SETTINGS}
    # AND they stand in groups, those of no table in the first
    assert next(iter(groups)) == "General"
    assert "heapline.reports" in groups["General"]
    assert set(groups["Code lens"]) == {f"heapline.{name}" for name in SETTINGS if name.startswith("codeLens.")}
    assert properties["heapline.codeLens.maxPerFile"] == {
        "scope": "resource",
        "type": "integer",
        "default": 50,
        "markdownDescription": "The most lenses in one file; the largest are kept.",
        "minimum": 1,
        "maximum": 1000,
    }
    assert properties["heapline.diagnostics.severity"]["enum"] == ["off", "hint", "information", "warning"]
    assert properties["heapline.reports"]["items"] == {"type": "string", "minLength": 1}
    del before["contributes"]["configuration"]  # type: ignore[attr-defined]
    assert after == before


def test_what_the_extension_declares_as_defaults_changes_nothing() -> None:
    # GIVEN every default as the extension declares it, which is what VS Code sends for a user who set nothing
    package = json.loads(package_json('{"contributes": {"configuration": []}}'))
    groups = package["contributes"]["configuration"]
    sent = {name: declared["default"] for group in groups for name, declared in group["properties"].items()}

    # WHEN it arrives
    found = resolve(None, {name.removeprefix("heapline."): value for name, value in sent.items()})

    # THEN nothing is set, and nothing is wrong
    assert found == (Settings(), [])


def test_a_package_that_is_up_to_date_keeps_its_text() -> None:
    # GIVEN a package.json that is up to date, formatted in another way
    text = json.dumps(json.loads(package_json('{"contributes": {"configuration": []}}')), indent=7)

    # WHEN it is brought up to date
    # THEN not a character changes
    assert package_json(text) == text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"contributes": {"configuration": [1]}}', '{"contributes": 1}'])
def test_a_package_without_a_place_for_settings_gets_a_clear_error(text: str) -> None:
    # GIVEN a package.json that lacks the list to fill
    # WHEN it is brought up to date
    # THEN the error names the file and the way out
    with pytest.raises(HeaplineError, match=r"package\.json has no list contributes\.configuration.*run this again"):
        package_json(text)


def test_what_is_generated_is_up_to_date() -> None:
    # GIVEN this checkout
    # WHEN the generator checks it
    command = [sys.executable, "-m", "heapline.settings.generate", "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    # THEN it finds nothing to write
    assert (checked.returncode, checked.stderr) == (0, "")
