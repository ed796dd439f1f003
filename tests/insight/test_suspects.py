"""Leak suspects: planted leaks come first, with their holder; what only looks like one is none."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from heap_dumps import CLASS, item, named, opened, root, write
from heapline.insight.suspects import Findings, suspects_in
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

VERDICTS = SAMPLES / "verdicts"
PROGRAMS = sorted(path.stem for path in VERDICTS.glob("*_*.rb"))
MARK = "# holds the leak"
TELLTALE = {
    "leak_cache_key": ("entries", "240 → 480 → 720, with about 3 objects for each, a constant number"),
    "leak_callbacks": ("kind", "480 Proc: a block keeps all that is visible where it was written"),
    "leak_classes": ("kind", "480 Class: classes that are made at run time are kept by their superclass"),
    "leak_class_variable": ("line", "a straight line"),
    "leak_equal_strings": ("strings", "480 strings, of which only 5 differ: "),
    "leak_linked_list": ("dumps", "what it holds grew from dump to dump"),
    "leak_method_objects": ("kind", "480 Method: a method object keeps its receiver"),
    "leak_prepared_statements": ("kind", "480 Statement: a prepared statement stays until it is closed"),
    "leak_replaced_array": ("few holders", "one object holds all of it"),
    "leak_singleton_classes": ("kind", "480 singleton class: an object with methods of its own has a class of its own"),
    "leak_weak_references": ("kind", "480 WeakRef: a WeakRef stays when what it refers to is gone"),
}
"""By which evidence a program is known, and a part of what that says of three dumps."""
FULL = {
    "fine_callbacks": 50,
    "fine_equal_strings": 100,
    "fine_lru_cache": 100,
    "fine_ring_buffer": 120,
    "fine_sessions": 50,
    "fine_statement_pool": 60,
}
"""How many entries the programs' caches have when they are full, as they were before the first dump."""
PLANTED = {
    "translate": [("lib/translation_cache.rb", 9)],
    "weakmap": [("lib/image_registry.rb", 13)],
    "blog": [("lib/post_summary_cache.rb", 11), ("lib/request_log.rb", 5)],
}


def found_in(*dumps: Path) -> Findings:
    with ExitStack() as stack:
        return suspects_in([stack.enter_context(opened(dump)) for dump in dumps])


def holders(found: Findings) -> list[tuple[str, int | None]]:
    return [(str(suspect.holder.path).split("/")[-1], suspect.holder.line) for suspect in found.suspects]


@pytest.mark.parametrize("rounds", [(1,), (2,), (3,), (1, 2), (2, 3), (1, 2, 3)], ids=str)
@pytest.mark.parametrize("program", PLANTED)
def test_the_planted_leaks_are_the_suspects_and_nothing_else_is(program: str, rounds: tuple[int, ...]) -> None:
    # GIVEN one dump, two or three of a program with planted leaks, and innocent neighbours
    dumps = [SAMPLES / f"{program}/reports/heap-{number}.json.gz" for number in rounds]
    # WHEN it is asked for suspects
    found = found_in(*dumps)
    # THEN they are the objects that hold the leaks, the larger first
    assert holders(found) == [(path.split("/")[-1], line) for path, line in PLANTED[program]]
    assert found.unknown is None
    # AND the score is the sum of what each piece of evidence gives
    for suspect in found.suspects:
        assert suspect.score == min(sum(reason.points for reason in suspect.evidence), 100)
        assert ("dumps" in {reason.kind for reason in suspect.evidence}) == (len(rounds) > 1)


def test_there_are_as_many_innocent_programs_as_guilty_ones() -> None:
    # GIVEN the programs with a verdict THEN there are twelve or more, and half of them leak nothing
    assert len(PROGRAMS) >= 12
    assert abs(len(PROGRAMS) - 2 * sum(name.startswith("fine_") for name in PROGRAMS)) <= 1


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gets_the_verdict_that_it_deserves(program: str, tmp_path: Path) -> None:
    # GIVEN a program that leaks, and says where; or one that only looks like it
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("NOT TESTED: the verdict on programs that run now, because ruby is not installed")
    source = VERDICTS / f"{program}.rb"
    lines = source.read_text().splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if line.endswith(MARK)]
    assert bool(marked) == program.startswith("leak_")
    # WHEN it runs, and dumps are taken after each of three rounds
    subprocess.run([ruby, "--disable-gems", VERDICTS / "run.rb", source, tmp_path], check=True)
    dumps = [tmp_path / f"heap-{number}.json" for number in (1, 2, 3)]
    # THEN the last dump, the last two and all three have that one suspect, or none
    for several in (dumps[2:], dumps[1:], dumps):
        found = found_in(*several)
        assert holders(found) == [(source.name, number) for number in marked], several
        # AND two or more know a full cache by its entries, which stay as many
        full = [FULL[program]] if program in FULL and len(several) > 1 else []
        assert [cache.entries for cache in found.full] == full
    # AND what the leak is known by is among the evidence
    assert (program in TELLTALE) == bool(marked)
    if marked:
        kind, text = TELLTALE[program]
        assert any(reason.kind == kind and text in reason.text for reason in found.suspects[0].evidence)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("WeakRef", "a WeakRef stays when what it refers to is gone"),
        ("SQLite3::Statement", "a prepared statement stays until it is closed"),
        ("Page", None),
    ],
)
def test_what_is_known_to_leak_is_told(tmp_path: Path, name: str, said: str | None) -> None:
    # GIVEN three dumps in which objects of a class gather in an array
    dumps = []
    for number in (1, 2, 3):
        growing = [0x10_0000 + 80 * i for i in range(100 * number)]
        lines = [
            root("vm", 0x1000, CLASS, 0x9000),
            named(0x9000, "Object"),
            named(CLASS, name),
            item(0x1000, *growing, type="ARRAY", cls=0x9000),
            *(item(address) for address in growing),
        ]
        dumps.append(write(tmp_path / f"{number}.json", lines))
    # WHEN they are asked for suspects
    [suspect] = found_in(*dumps).suspects
    # THEN the evidence names the class if such objects are known to leak
    kinds = [reason.text for reason in suspect.evidence if reason.kind == "kind"]
    assert kinds == ([f"200 {name.rsplit('::', 1)[-1]}: {said}"] if said else [])


def test_three_dumps_without_tracing_are_enough(tmp_path: Path) -> None:
    # GIVEN three untraced dumps of a process in which an array grows, and another drops what it takes in
    dumps = []
    for number in (1, 2, 3):
        growing = [0x10_0000 + 80 * i for i in range(100 * number)]
        passing = [0x20_0000 + 8000 * number + 80 * i for i in range(100)]
        lines = [
            root("vm", 0x1000, 0x2000),
            item(0x1000, *growing, type="ARRAY"),
            item(0x2000, *passing, type="ARRAY"),
            *(item(address, type="STRING") for address in (*growing, *passing)),
            *({"address": hex(0x9000), "type": "CLASS", "name": "Object", "memsize": 40},),
        ]
        dumps.append(write(tmp_path / f"{number}.json", lines))
    # WHEN it is asked for suspects
    found = found_in(*dumps)
    # THEN the array that grows is the only one
    [suspect] = found.suspects
    assert (suspect.objects, suspect.holder.path) == (200, None)
    assert [reason.text for reason in suspect.evidence if reason.kind == "dumps"] == [
        "what it holds grew from dump to dump: 101 → 201 → 301 objects"
    ]


def test_as_many_entries_are_no_full_cache_if_what_they_held_stays(tmp_path: Path) -> None:
    # GIVEN three dumps in which a hash has one entry, an array that each time is a new one, longer than the last
    dumps = []
    for number in (1, 2, 3):
        growing = [0x10_0000 + 80 * i for i in range(100 * number)]
        lines = [
            root("vm", 0x1000),
            item(0x1000, 0x2000 + 80 * number, type="HASH", size=1),
            item(0x2000 + 80 * number, *growing, type="ARRAY", length=len(growing)),
            *(item(address) for address in growing),
            named(0x9000, "Object"),
        ]
        dumps.append(write(tmp_path / f"{number}.json", lines))
    # WHEN they are asked for suspects
    found = found_in(*dumps)
    # THEN the hash is one, and nothing is said of its entries
    [suspect] = found.suspects
    assert suspect.objects == 201
    assert "entries" not in {reason.kind for reason in suspect.evidence}
    assert found.full == ()


@pytest.mark.parametrize(
    ("dumps", "said"),
    [
        ([SAMPLES / "rubies/3.4/untraced.json.gz"], "One dump without tracing cannot tell."),
        ([SAMPLES / "rubies/3.4/untraced.json.gz"] * 2, "Two dumps without tracing cannot tell."),
        ([SAMPLES / "rubies/3.4/since.json.gz"], "It names no roots"),
    ],
)
def test_what_cannot_be_told_is_said_with_the_way_out(dumps: list[Path], said: str) -> None:
    # GIVEN dumps that do not tell what grows WHEN they are asked for suspects
    found = found_in(*dumps)
    # THEN there is none, and it says why
    assert found.suspects == ()
    assert found.unknown is not None
    assert found.unknown.startswith(said)
