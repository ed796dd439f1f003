"""`heapline suspects FILE…`."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from running import heapline

from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

BLOG = [SAMPLES / f"blog/reports/heap-{number}.json.gz" for number in (1, 2, 3)]
TRANSLATE = SAMPLES / "translate/reports/heap-3.json.gz"


def test_dumps_are_put_in_order_by_process_and_their_suspects_are_told() -> None:
    # GIVEN three dumps of one process and one of another, in any order, and the checkout of the first
    # WHEN they are asked for suspects
    done = heapline("suspects", BLOG[2], TRANSLATE, BLOG[0], BLOG[1], "--workspace", SAMPLES / "blog")
    # THEN each process has its own, by constant and line, the highest score first
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^(\S.*): (\d+) leak suspect", done.stdout, re.MULTILINE) == [
        ("heap-1.json.gz, heap-2.json.gz, heap-3.json.gz", "2"),
        ("heap-3.json.gz", "1"),
    ]
    found = re.findall(r"^ *(\d+) (.+) \((?:.*/)?(\S+:\d+)\)$", done.stdout, re.MULTILINE)
    assert [row[1:] for row in found] == [
        ("Hash PostSummaryCache::STORE", "post_summary_cache.rb:11"),
        ("Array RequestLog::SEEN", "request_log.rb:5"),
        ("Hash", "translation_cache.rb:9"),
    ]
    assert int(found[0][0]) >= int(found[1][0])
    # AND each has its evidence
    assert "grew from dump to dump: 8,521 → 17,041 → 34,081 objects" in done.stdout
    # AND a program reads the same constants, or that there is none
    as_json = heapline("suspects", "--json", *BLOG, TRANSLATE, "--workspace", SAMPLES / "blog").stdout
    named = [suspect["constant"] for line in as_json.splitlines() for suspect in json.loads(line)["suspects"]]
    assert named == ["PostSummaryCache::STORE", "RequestLog::SEEN", None]


def test_json_and_markdown_say_the_same() -> None:
    # GIVEN a dump WHEN its suspects are printed for a program, and for a pull request
    [found] = [json.loads(line) for line in heapline("suspects", "--json", TRANSLATE).stdout.splitlines()]
    text = heapline("suspects", "--markdown", TRANSLATE).stdout
    # THEN both have the suspect with all its evidence
    [suspect] = found["suspects"]
    assert suspect["line"] == 9
    assert f"**{suspect['score']}** `Hash (" in text
    for reason in suspect["evidence"]:
        assert f"  - +{reason['points']} {reason['text']}\n" in text


@pytest.mark.parametrize(("score", "code"), [("1", 3), ("100", 0)])
def test_ci_fails_on_a_suspect_of_that_score(score: str, code: int) -> None:
    # GIVEN a dump with a suspect WHEN a score is named to fail on THEN the exit code says if one reaches it
    assert heapline("suspects", TRANSLATE, "--fail-on", score).returncode == code


def test_what_has_no_suspects_fails_nothing_and_says_what_to_capture() -> None:
    # GIVEN a dump without tracing WHEN its suspects are asked for, to fail on any
    done = heapline("suspects", SAMPLES / "rubies/3.4/untraced.json.gz", "--fail-on", "1")
    # THEN there is none, and the output says what would tell more
    assert (done.returncode, done.stderr) == (0, "")
    assert "Take three dumps of the process" in done.stdout


def test_a_report_that_is_no_dump_is_an_error() -> None:
    # GIVEN a profiler's text WHEN it is asked for suspects THEN one line says that it has none
    done = heapline("suspects", SAMPLES / "blog/reports/memory_profiler.txt")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "is no heap dump" in done.stderr


def test_the_name_of_a_file_is_no_markup(tmp_path: Path) -> None:
    # GIVEN a dump whose name looks like markup
    dump = tmp_path / "[x](http:evil) ![i](y) <b>.json.gz"
    shutil.copy(TRANSLATE, dump)
    # WHEN its suspects are printed as Markdown THEN the name is code
    assert heapline("suspects", "--markdown", dump).stdout.startswith(f"### `{dump.name}`: ")
