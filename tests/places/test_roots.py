"""Reports of real programs that ran elsewhere: each line is on the right file, with the text that Ruby read there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from heapline.places.past import FolderPast
from heapline.places.placing import Placement, place_report
from recorded_elsewhere import PROGRAMS, ROOTS, Line, Owner, Recording, recording
from ruby_programs import asked_of_ruby

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYWHERE = pytest.mark.parametrize("root", [*ROOTS, "C:/src", "C:\\src"])
EACH_PROGRAM = pytest.mark.parametrize("program", PROGRAMS)


def placement(there: Recording, folder: Path) -> Placement:
    """The recording's paths placed in a folder."""
    return place_report({line.path for line in there.lines}, [FolderPast(folder, 0, "", trusted=False)])


def lines_of(there: Recording, owner: Owner) -> list[Line]:
    return [line for line in there.lines if line.owner == owner]


def shown(lines: Iterable[Line], placed: Placement) -> dict[tuple[str, int], tuple[Path, str] | None]:
    """For each recorded line the file that it is placed in, and the text of the line that it is placed on."""
    found: dict[tuple[str, int], tuple[Path, str] | None] = {}
    for line in lines:
        place = placed.place(line.path, line.line)
        text = place.file.read_text(encoding="utf-8").splitlines()[place.line - 1] if place else ""
        found[line.path, line.line] = (place.file, text) if place else None
    return found


def expected(lines: Iterable[Line], folder: Path) -> dict[tuple[str, int], tuple[Path, str]]:
    return {(line.path, line.line): (folder / line.rest, line.text) for line in lines}


@EVERYWHERE
@EACH_PROGRAM
def test_the_programs_own_lines_are_found_in_a_checkout_of_another_name(
    tmp_path: Path, root: str, program: str
) -> None:
    # GIVEN a report of the program as it ran elsewhere, and its checkout in a folder of another name
    there = recording(root, program)
    folder = there.check_out(tmp_path / "checkout")
    own = lines_of(there, "own")
    # WHEN the lines that the report names are placed
    placed = placement(there, folder)
    # THEN each of the program's is on the file that it was of, and on the line with the text that Ruby read there
    assert shown(own, placed) == expected(own, folder)
    # AND nothing that is not the program's is taken for it
    rest = shown((line for line in there.lines if line.owner != "own"), placed)
    assert not any(found and found[0].is_relative_to(tmp_path) for found in rest.values())


@EVERYWHERE
@EACH_PROGRAM
def test_the_programs_own_lines_are_found_among_other_programs_in_one_workspace(
    tmp_path: Path, root: str, program: str
) -> None:
    # GIVEN a workspace with three programs in folders of other names, each with a main.rb and a lib
    there = recording(root, program)
    for number, name in enumerate(PROGRAMS):
        recording("app", name).check_out(tmp_path / f"all/services/s{number}")
    own = lines_of(there, "own")
    # WHEN the report of one of them is placed
    placed = placement(there, tmp_path / "all")
    # THEN each line is in the folder of that program, and in no other
    assert shown(own, placed) == expected(own, tmp_path / f"all/services/s{[*PROGRAMS].index(program)}")


@EVERYWHERE
def test_lines_of_gems_are_found_in_the_gems_that_the_workspace_vendors(tmp_path: Path, root: str) -> None:
    # GIVEN a checkout with the gems' files that the report names: as long as they must be, the recorded lines in them
    there = recording(root, "blog")
    folder = there.check_out(tmp_path / "checkout")
    gems = lines_of(there, "gem")
    vendored = folder / "vendor/bundle/ruby/3.1.0/gems"
    for rest in {line.rest for line in gems}:
        texts = {line.line: line.text for line in gems if line.rest == rest}
        (vendored / rest).parent.mkdir(parents=True, exist_ok=True)
        (vendored / rest).write_text("".join(f"{texts.get(n, '')}\n" for n in range(1, max(texts) + 1)))
    # WHEN they are placed
    # THEN each is on its line of the vendored file
    assert len(gems) > 50
    assert shown(gems, placement(there, folder)) == expected(gems, vendored)


@EVERYWHERE
def test_lines_of_gems_are_found_in_the_gems_that_are_installed(tmp_path: Path, root: str) -> None:
    # GIVEN the gems of the report in its versions, where this machine's Ruby has them
    there = recording(root, "blog")
    folder = there.check_out(tmp_path / "checkout")
    gems = lines_of(there, "gem")
    names = {line.rest.partition("/")[0] for line in gems}
    asked = "puts ARGV.map { |name| Gem::Specification.find { |gem| gem.full_name == name }&.gem_dir.to_s }"
    homes = dict(zip(sorted(names), asked_of_ruby(asked, *sorted(names)).split("\n"), strict=False))
    here = [line for line in gems if homes[line.rest.partition("/")[0]]]
    if not here:
        pytest.skip(f"NOT TESTED: lines of installed gems, because none of {', '.join(sorted(names))} is installed")
    # WHEN they are placed
    found = shown(here, placement(there, folder))
    # THEN each is on its line of the file that Ruby would load
    for line in here:
        name, _, rest = line.rest.partition("/")
        place = found[line.path, line.line]
        assert place
        assert (place[0].as_posix(), place[1]) == (f"{homes[name]}/{rest}", line.text)


@EVERYWHERE
def test_lines_of_gems_in_another_version_have_no_place(tmp_path: Path, root: str) -> None:
    # GIVEN a report that names versions of the gems that are nowhere, and a checkout that vendors those before
    there = recording(root, "blog")
    folder = there.check_out(tmp_path / "checkout")
    renamed = [
        line._replace(path=line.path.replace(name, f"{name}.1"))
        for line in lines_of(there, "gem")
        for name in [line.rest.partition("/")[0]]
    ]
    for line in lines_of(there, "gem"):
        file = folder / "vendor/bundle/ruby/3.1.0/gems" / line.rest
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{line.text}\n" * line.line)
    # WHEN they are placed
    placed = placement(there._replace(lines=renamed), folder)
    # THEN none has a place, and the version that is here is named
    assert set(shown(renamed, placed).values()) == {None}
    for line, was in zip(renamed, lines_of(there, "gem"), strict=True):
        why = placed.places.unplaced(line.path)
        assert why
        assert why.reason == "other version"
        assert f"{why.origin.name}-{why.versions[0]}" == was.rest.partition("/")[0]


@EVERYWHERE
@EACH_PROGRAM
def test_lines_of_rubys_library_are_found_in_the_library_of_the_ruby_here(
    tmp_path: Path, root: str, program: str
) -> None:
    # GIVEN a Ruby of the version that wrote the report
    there = recording(root, program)
    folder = there.check_out(tmp_path / "checkout")
    lines = lines_of(there, "ruby")
    version, library = asked_of_ruby('puts RUBY_VERSION, RbConfig::CONFIG["rubylibprefix"]').split()
    if version != "3.1.2":
        pytest.skip(f"NOT TESTED: lines of Ruby's library, because Ruby {version} is not the 3.1.2 of the reports")
    # WHEN the lines of its library are placed
    # THEN each is on its line of the file that Ruby would load
    assert len(lines) > 2
    assert shown(lines, placement(there, folder)) == expected(lines, Path(library))
