"""SARIF: as its schema wants it, and the lines that the editor marks."""

from __future__ import annotations

import json
from importlib.resources import files as resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from exporting import CHECKOUT, DUMP, NODE_MODULES, REPORTS, TEXT, exported, hostile_dump
from jsonschema import Draft7Validator

from lsp.editor import editing
from sample_files import sample_id

DOCS = Path(str(resources("heapline") / "docs"))
SCHEMA = NODE_MODULES / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"


def run_of(text: bytes) -> Any:
    """The one run of a log that fits SARIF's schema."""
    if not SCHEMA.exists():
        pytest.skip("needs npm ci in tests/export")
    log = json.loads(text)
    Draft7Validator(json.loads(SCHEMA.read_text())).validate(log)
    [run] = log["runs"]
    return run


def lines_of(run: Any) -> set[tuple[str, int, str]]:
    """File in the workspace, line and rule of each result."""
    return {(*place_of(result), result["ruleId"]) for result in run["results"]}


def place_of(result: Any) -> tuple[str, int]:
    """File in the workspace and line of a result."""
    [location] = result["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uriBaseId"] == "SRCROOT"
    return unquote(physical["artifactLocation"]["uri"]), physical["region"]["startLine"]


@pytest.mark.parametrize("report", REPORTS, ids=sample_id)
def test_the_log_fits_the_schema(report: Path) -> None:
    # GIVEN a report WHEN it is exported THEN the log fits, and each result has a rule that the log explains
    run = run_of(exported(report, "sarif"))
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules
    # AND each rule has the page that the editor opens
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["help"]["markdown"] == (DOCS / f"{rule['id']}.md").read_text(encoding="utf-8")
    assert bool(run["results"]) == (report in (DUMP, TEXT))


@pytest.mark.parametrize("report", [DUMP, TEXT], ids=sample_id)
async def test_the_results_are_what_the_editor_marks(report: Path) -> None:
    # GIVEN the diagnostics of an editor
    async with editing(CHECKOUT) as editor:
        await editor.load(report)
        marked = {
            (uri.removeprefix(f"{CHECKOUT.as_uri()}/"), d.range.start.line + 1, d.code)
            for uri, found in editor.diagnostics.items()
            for d in found
        }
    # WHEN the report is exported
    # THEN the results are the same lines, for the same reasons
    assert lines_of(run_of(exported(report, "sarif"))) == marked != set()


def test_a_holder_leads_to_what_holds_it() -> None:
    # GIVEN the line that holds the leak
    run = run_of(exported(DUMP, "sarif"))
    [result] = [found for found in run["results"] if place_of(found) == ("lib/translation_cache.rb", 9)]
    # WHEN it keeps growing, THEN it is a leak suspect, and the log says why that is said
    assert result["ruleId"] == "leak-suspect"
    assert "Leak suspect, score " in result["message"]["text"]
    # AND the lines that hold it are named, from the root on
    steps = [
        (step["message"]["text"], step["physicalLocation"]["artifactLocation"]["uri"])
        for step in result["relatedLocations"]
    ]
    assert steps == [
        ("held by module Main", "main.rb"),
        ("held by Translator", "main.rb"),
        ("held by TranslationCache", "lib/translator.rb"),
    ]


def test_hostile_names_fit_the_schema(tmp_path: Path) -> None:
    # GIVEN hostile names WHEN they are exported THEN the log fits
    run_of(exported(hostile_dump(tmp_path / "heap.json"), "sarif"))
