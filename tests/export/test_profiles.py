"""Exports for flame graphs, each opened by the description that the other tool carries: pprof, speedscope, V8."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from devtools import PROTOCOL, validator_of
from exporting import (
    DUMP,
    EMPTY,
    NODE_MODULES,
    REPORTS,
    REQUIRES,
    SANITIZER,
    SINCE,
    STACKPROF,
    TEXT,
    VALGRIND,
    columns_of,
    exported,
    hostile_dump,
    ours,
    sites,
)
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from jsonschema import Draft7Validator

from brute_force import heap_of
from sample_files import sample_id

PROTO = Path("/usr/share/gocode/src/github.com/google/pprof/proto/profile.proto")
SPEEDSCOPE = NODE_MODULES / "speedscope/dist/release/file-format-schema.json"
MEASURES = {
    DUMP: ("live_objects", "live_bytes"),
    SINCE: ("live_objects", "live_bytes"),
    TEXT: ("allocated_objects", "allocated_bytes", "retained_objects", "retained_bytes"),
    EMPTY: (),
    VALGRIND: ("definitely_lost_bytes", "definitely_lost_count", "possibly_lost_bytes", "possibly_lost_count"),
    SANITIZER: ("leaked_bytes", "leaked_count"),
    STACKPROF: ("allocated_objects",),
    REQUIRES: (),
}
V8 = """
const { Session } = require("node:inspector");
const session = new Session(); session.connect();
session.post("HeapProfiler.startSampling", { samplingInterval: 128 }, () => {
  globalThis.kept = Array.from({ length: 1000 }, () => new Array(100).fill({}));
  session.post("HeapProfiler.stopSampling", (_, { profile }) => console.log(JSON.stringify(profile)));
});
"""


@cache
def reachable() -> tuple[int, int]:
    """Objects and bytes that the roots of the dump reach, the tracer's bytes left out, by plain Python."""
    heap = heap_of(DUMP)
    nodes = [node for node in heap.reachable if 0 < node <= len(heap.items)]
    return len(nodes), sum(heap.weight[node] for node in nodes)


def expected_totals(report: Path) -> dict[str, int]:
    """What the weights of a report must add up to."""
    if report == DUMP:
        return dict(zip(MEASURES[DUMP], reachable(), strict=True))
    return {name: sum(columns_of(site).get(name) or 0 for site in sites(report)) for name in MEASURES[report]}


def pprof_of(report: Path) -> Any:
    """The export, read with Google's own description of the format."""
    if not PROTO.exists() or not shutil.which("protoc"):
        pytest.skip("needs protoc and golang-github-google-pprof-dev")
    compiled = subprocess.check_output(
        ["protoc", f"-I{PROTO.parent}", "--descriptor_set_out=/dev/stdout", PROTO.name], stderr=subprocess.PIPE
    )
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(compiled).file:
        pool.Add(file)
    profile = message_factory.GetMessageClass(pool.FindMessageTypeByName("perftools.profiles.Profile"))()
    profile.ParseFromString(gzip.decompress(exported(report, "pprof")))
    return profile


def unknown_fields(message: Any) -> int:
    from google.protobuf import unknown_fields as unknown

    own = len(unknown.UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type is not None:
            own += sum(map(unknown_fields, value if field.is_repeated else [value]))
    return own


@pytest.mark.parametrize("report", REPORTS, ids=sample_id)
def test_pprof_reads_every_measure_and_stack(report: Path) -> None:
    # GIVEN a report exported for pprof
    profile = pprof_of(report)
    text = profile.string_table
    # WHEN it is read with pprof's own description
    # THEN all of it is known there, and the table of strings begins as it must
    assert unknown_fields(profile) == 0
    assert text[0] == ""
    assert len(set(text)) == len(text)
    # AND the measures are those that the report knows, in their units
    kinds = [(text[kind.type], text[kind.unit]) for kind in profile.sample_type]
    assert kinds == [(name, "bytes" if name.endswith("bytes") else "count") for name in MEASURES[report]]
    assert text[profile.default_sample_type] == next((name for name in MEASURES[report] if name.endswith("bytes")), "")
    # AND each sample leads to locations, each of these to a function, that are there once
    locations = {location.id: location for location in profile.location}
    functions = {function.id: function for function in profile.function}
    assert len(locations) == len(profile.location) and 0 not in locations  # noqa: PT018 -- ids are unique, none is 0
    assert all(set(sample.location_id) <= locations.keys() for sample in profile.sample)
    assert all(len(sample.value) == len(kinds) for sample in profile.sample)
    assert all(line.function_id in functions for location in profile.location for line in location.line)
    # AND the weights add up to what the report has
    sums = [sum(sample.value[at] for sample in profile.sample) for at in range(len(kinds))]
    assert dict(zip(MEASURES[report], sums, strict=True)) == expected_totals(report)


def test_pprof_of_a_text_has_each_line_with_its_own_numbers() -> None:
    # GIVEN a memory_profiler text
    profile = pprof_of(TEXT)
    text = profile.string_table
    locations = {location.id: location.line[0] for location in profile.location}
    functions = {function.id: text[function.filename] for function in profile.function}
    # WHEN each sample is looked up
    found = {}
    for sample in profile.sample:
        [number] = sample.location_id
        found[functions[locations[number].function_id], locations[number].line] = tuple(sample.value)
    # THEN it is a line of the report in the checkout, with all of its numbers
    assert found == {
        ours(site["path"], site["line"]): values
        for site in sites(TEXT)
        if any(values := tuple(site[name] or 0 for name in MEASURES[TEXT]))
    }


def speedscope_of(report: Path) -> Any:
    if not SPEEDSCOPE.exists():
        pytest.skip("needs npm ci in tests/export")
    found = json.loads(exported(report, "speedscope"))
    Draft7Validator(json.loads(SPEEDSCOPE.read_text())).validate(found)
    return found


@pytest.mark.parametrize("report", REPORTS, ids=sample_id)
def test_speedscope_takes_the_file_and_every_measure(report: Path) -> None:
    # GIVEN a report exported for speedscope WHEN its own schema is held against it THEN it fits
    found = speedscope_of(report)
    # AND there is a profile a measure, of bytes first, whose weights add up
    totals = expected_totals(report)
    sums = {profile["name"].replace(" ", "_"): sum(profile["weights"]) for profile in found["profiles"]}
    assert sums == totals
    assert [profile["unit"] for profile in found["profiles"]] == sorted(
        (profile["unit"] for profile in found["profiles"]), key=lambda unit: unit != "bytes"
    )
    for profile in found["profiles"]:
        assert profile["endValue"] == sum(profile["weights"])
        assert all(0 <= frame < len(found["shared"]["frames"]) for stack in profile["samples"] for frame in stack)


def test_the_tree_of_a_dump_leads_from_the_holder_to_what_it_holds() -> None:
    # GIVEN the dump of a program with a leak
    found = speedscope_of(DUMP)
    frames = found["shared"]["frames"]
    weights = Counter[tuple[str, ...]]()
    for stack, weight in zip(found["profiles"][0]["samples"], found["profiles"][0]["weights"], strict=True):
        names = tuple(frames[frame]["name"] for frame in stack)
        for size in range(1, len(names) + 1):
            weights[names[:size]] += weight
    # WHEN the largest frame is followed upwards
    way: tuple[str, ...] = ()
    while above := [names for names in weights if names[:-1] == way]:
        way = max(above, key=lambda names: weights[names])
    # THEN it leads from the module over the cache to the leaked records
    assert way[:6] == ("module Main", "Translator", "TranslationCache", "Hash", "Hash", "Record")
    assert weights[way[:4]] == heap_of_the_cache()


def heap_of_the_cache() -> int:
    """What goes with the hash of the cache, by removing it."""
    heap = heap_of(DUMP)
    [cache_hash] = heap.by_site["/srv/heapline/translate/lib/translation_cache.rb", 9]
    return heap.retained([cache_hash])


def shape(value: Any) -> Any:
    """What a JSON value is made of: members and kinds, those of all elements of a list together."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items() if key != "children"}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__


def nodes_of(profile: Any) -> list[Any]:
    found, waiting = [], [profile["head"]]
    while waiting:
        found.append(waiting.pop())
        waiting += found[-1]["children"]
    return found


@pytest.mark.parametrize("report", REPORTS, ids=sample_id)
def test_a_heapprofile_fits_the_devtools_protocol(report: Path) -> None:
    # GIVEN the protocol's own description of a sampling heap profile
    if not PROTOCOL.exists():
        pytest.skip("needs npm ci in tests/export")
    profile, node = (
        validator_of("HeapProfiler.SamplingHeapProfile"),
        validator_of("HeapProfiler.SamplingHeapProfileNode"),
    )
    assert not profile.is_valid({"head": {}, "samples": []})
    # WHEN a report is exported
    found = json.loads(exported(report, "heapprofile"))
    # THEN it fits, each node by itself, for they are nested more deeply than a validator reads
    profile.validate({**found, "head": {**found["head"], "children": []}})
    for one in nodes_of(found):
        node.validate({**one, "children": []})


@pytest.mark.parametrize("report", REPORTS, ids=sample_id)
def test_a_heapprofile_is_as_v8_writes_it(report: Path) -> None:
    # GIVEN a profile that V8 wrote, and a report
    if not shutil.which("node"):
        pytest.skip("needs Node")
    real = json.loads(subprocess.check_output(["node", "-e", V8]))
    found = json.loads(exported(report, "heapprofile"))
    # WHEN both are compared
    # THEN their members and kinds are the same
    assert found.keys() == real.keys()
    [kind] = {json.dumps(shape(node), sort_keys=True) for node in nodes_of(real)}
    assert {json.dumps(shape(node), sort_keys=True) for node in nodes_of(found)} == {kind}
    assert all(shape(sample) == shape(real["samples"][0]) for sample in found["samples"])
    # AND each sample is a node's own bytes, and these add up
    own = {node["id"]: node["selfSize"] for node in nodes_of(found)}
    assert len(own) == len(nodes_of(found))
    assert {sample["nodeId"]: sample["size"] for sample in found["samples"]} == {i: n for i, n in own.items() if n}
    first = next((name for name in MEASURES[report] if name.endswith("bytes")), None)
    assert sum(own.values()) == (expected_totals(report)[first] if first else 0)


def test_lines_of_a_heapprofile_are_counted_from_zero_and_lead_to_files() -> None:
    # GIVEN a text's lines in the checkout
    expected = {ours(site["path"], site["line"]) for site in sites(TEXT) if site["place"]}
    # WHEN it is exported
    frames = [node["callFrame"] for node in nodes_of(json.loads(exported(TEXT, "heapprofile")))]
    # THEN their frames lead there
    assert {(Path(file).as_uri(), line - 1) for file, line in expected} <= {(f["url"], f["lineNumber"]) for f in frames}


@pytest.mark.parametrize("form", ["pprof", "speedscope", "heapprofile", "sarif", "json"])
def test_a_hostile_report_is_exported_whole(form: str, tmp_path: Path) -> None:
    # GIVEN names and paths that try everything WHEN they are exported THEN there is a file
    text = exported(hostile_dump(tmp_path / "heap.json"), form)
    assert gzip.decompress(text) if form == "pprof" else json.loads(text)
