"""Where a workspace requires a file or names a gem: the lines of reports that know names, but no lines.

`gemfile:NAME` is the line `gem "NAME"` of a Gemfile, also if the gem's file has that name (`require: "name"`);
`require:NAME` the line `require "NAME"` of a Ruby file. A name that stands on several lines has none: which of them ran
first is not known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from heapline.places.origin import origin_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from heapline.places.workspace import Candidate, Workspace

_GEMFILES = ("Gemfile", "gems.rb")
_RUBY_FILES = (".rb", ".ru", ".rake")
_RUBY_NAMES = frozenset({"Rakefile", "Gemfile", "gems.rb"})
_GEM = re.compile(r"""\s*gem[ (]\s*(["'])([\w.-]{1,200})\1(.*)""")
_REQUIRE_OPTION = re.compile(r"""\brequire(?::|\s*=>)\s*\[?\s*(["'])([\w./-]{1,200})\1""")
_REQUIRE = re.compile(r"""\s*require[ (]\s*(["'])([\w./-]{1,200})\1""")


def is_name(path: str) -> bool:
    """Whether a recorded path is such a name."""
    return path.startswith(("gemfile:", "require:"))


def find_names(names: Iterable[str], workspace: Workspace) -> dict[str, list[tuple[Candidate, int]]]:
    """The files and lines of each of the names. Reads the workspace's Ruby files, if there is a name."""
    wanted = set(names)
    found: dict[str, list[tuple[Candidate, int]]] = defaultdict(list)
    for file in _ruby_files(workspace) if wanted else ():
        names_in = _gem_names if file.name in _GEMFILES else _required
        for number, line in enumerate(_lines(workspace.path(file)), start=1):
            for name in wanted.intersection(names_in(line)):
                found[name].append((file, number))
    return found


def _gem_names(line: str) -> Iterator[str]:
    gem = _GEM.match(line)
    if gem is None:
        return
    option = _REQUIRE_OPTION.search(gem[3])
    file = option[2] if option else gem[2]
    yield f"gemfile:{gem[2]}"
    if file.partition("/")[0] != gem[2]:
        yield f"gemfile:{file.partition('/')[0]}"


def _required(line: str) -> Iterator[str]:
    required = _REQUIRE.match(line)
    if required:
        yield f"require:{required[2]}"


def _ruby_files(workspace: Workspace) -> Iterator[Candidate]:
    for file in workspace.files():
        named_so = file.name.endswith(_RUBY_FILES) or file.name in _RUBY_NAMES
        if named_so and origin_inside(file.below).kind != "gem":
            yield file


def _lines(file: Path) -> list[str]:
    try:
        return file.read_bytes().decode(errors="replace").split("\n")
    except OSError:
        return []  # gone since the folder was walked, or not for us to read
