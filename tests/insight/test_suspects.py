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
        assert holders(found_in(*several)) == [(source.name, number) for number in marked], several


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
