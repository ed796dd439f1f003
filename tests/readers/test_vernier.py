"""Vernier's profiles: of real runs, beside Vernier's own tables; and made up, beside a count of every frame."""

from __future__ import annotations

import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from tool_reports import read, truth_of

from heapline.profile import Amount, Measures, Profile
from heapline.readers import vernier

Stack = list[tuple[str, int]]
"""Frames as file and line, outermost first."""

LINES = st.tuples(st.sampled_from(["lib/a.rb", "gem:rack-3.0.0:lib/rack.rb", "<cfunc>"]), st.integers(1, 3))
SAMPLES = st.lists(st.tuples(st.lists(LINES, min_size=1, max_size=6), st.integers(40, 400)), max_size=12)


def profile_of(retained: list[tuple[Stack, int]], sampled: list[Stack]) -> Profile:
    """What is read of a profile with these samples."""
    strings: dict[str, int] = {}
    frames: dict[tuple[str, int], int] = {}
    stacks: dict[tuple[int | None, int], int] = {}

    def index(stack: Stack) -> int:
        at: int | None = None
        for frame in stack:
            number = frames.setdefault(frame, len(frames))
            at = stacks.setdefault((at, number), len(stacks))
        assert at is not None
        return at

    samples = {"stack": [index(stack) for stack, _ in retained], "weight": [size for _, size in retained]}
    allocations = {"stack": [index(stack) for stack in sampled], "weight": [1] * len(sampled)}
    functions = list(frames)
    thread: dict[str, Any] = {
        "samples": {**samples, "weightType": "bytes", "length": len(retained)},
        "jsAllocations": {**allocations, "length": len(sampled)},
        "stackTable": {"prefix": [prefix for prefix, _ in stacks], "frame": [frame for _, frame in stacks]},
        "frameTable": {"func": list(range(len(functions))), "line": [line for _, line in functions]},
        "funcTable": {
            "name": [strings.setdefault("work", len(strings)) for _ in functions],
            "fileName": [strings.setdefault(file, len(strings)) for file, _ in functions],
        },
    }
    thread["stringArray"] = list(strings)
    content = orjson.dumps({"meta": {"product": "Ruby/Vernier"}, "threads": [thread]})
    assert vernier.recognise(content) is None
    return vernier.read(Path("retained.vernier.json"), io.BytesIO(content))


@settings(deadline=None, max_examples=60)
@given(SAMPLES)
def test_own_and_total_are_those_of_all_stacks_frame_by_frame(samples: list[tuple[Stack, int]]) -> None:
    # GIVEN what each line has when every stack is gone through by itself
    own: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    total: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for stack, size in samples:
        ruby = [frame for frame in stack if frame[0] != "<cfunc>"]
        for counts, lines in ((own, ruby[-1:]), (total, set(ruby))):
            for line in lines:
                counts[line][0] += 1
                counts[line][1] += size

    # WHEN the profile is read
    profile = profile_of(samples, [])

    # THEN each line has that, and a line that called nothing has no other total
    assert {(site.path, site.line) for site in profile.sites} == total.keys()
    for site in profile.sites:
        at = site.path, site.line
        assert [site.measures.retained_objects, site.measures.retained_bytes] == own[at]
        with_callees = Amount("retained_total", total[at][1], total[at][0])
        assert site.measures.amounts == ((with_callees,) if total[at] != own[at] else ())


def test_allocations_that_were_sampled_are_called_samples() -> None:
    # GIVEN two samples of allocations on one line, called by another
    profile = profile_of([], [[("main.rb", 1), ("lib/a.rb", 2)]] * 2)
    # THEN they are no objects, since nobody knows how many were left out
    assert profile.totals == Measures(amounts=(Amount("sampled", count=2),))
    found = {site.path: site.measures for site in profile.sites}
    assert found["lib/a.rb"] == Measures(amounts=(Amount("sampled", count=2),))
    assert found["main.rb"] == Measures(amounts=(Amount("sampled_total", count=2),))


def test_the_callers_of_the_heaviest_stack_are_known() -> None:
    # GIVEN a line that two others call
    profile = profile_of([([("a.rb", 1), ("c.rb", 3)], 40), ([("b.rb", 2), ("c.rb", 3)], 4000)], [])
    # THEN the one through which most was retained is its caller
    [site] = [site for site in profile.sites if site.path == "c.rb"]
    assert [(frame.path, frame.line) for frame in site.stack] == [("b.rb", 2)]


def test_what_was_retained_is_what_vernier_has_in_memory() -> None:
    # GIVEN a profile of a real run, and for each line what Vernier's own tables say of its stacks
    profile, truth = read("vernier-retained.vernier.json.gz"), truth_of("vernier")["retained"]
    # THEN each line has these objects and bytes, its own and those of all that it called
    assert {at.split("/translate/")[-1] for at in truth} == {site.at for site in profile.sites}
    for at, (objects, size, total, total_size) in truth.items():
        [site] = [site for site in profile.sites if site.at == at.split("/translate/")[-1]]
        assert (site.measures.retained_objects, site.measures.retained_bytes) == (objects, size)
        more = (Amount("retained_total", total_size, total),) if total > objects else ()
        assert site.measures.amounts == more


def test_sampled_allocations_are_what_vernier_has_in_memory() -> None:
    # GIVEN a profile of time with samples of allocations, and what Vernier's own tables say of these
    profile, truth = read("vernier-allocations.vernier.json.gz"), truth_of("vernier")["sampled"]
    # THEN each line has these samples
    assert {at.split("/translate/")[-1] for at in truth} == {site.at for site in profile.sites}
    for at, (own, _, total, _) in truth.items():
        [site] = [site for site in profile.sites if site.at == at.split("/translate/")[-1]]
        expected = [Amount("sampled", count=own)] if own else []
        expected += [Amount("sampled_total", count=total)] if total > own else []
        assert list(site.measures.amounts) == expected
