"""Gems and Ruby's own library where they are installed on this machine, found by looking; nothing is run."""

from __future__ import annotations

import glob
import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from heapline.places.origin import Origin, origin_of
from heapline.places.rules import Rule
from heapline.places.spelling import spelled, stays_inside
from heapline.places.workspace import is_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from heapline.places.rules import Certainty

_RUBIES = (
    "/usr",
    "/usr/local",
    "/opt/rubies/*",
    "/opt/hostedtoolcache/Ruby/*/*",
    "/opt/homebrew/opt/ruby*",
    "/usr/local/opt/ruby*",
    "/home/linuxbrew/.linuxbrew/opt/ruby*",
    "C:/Ruby*",
    "~/.rbenv/versions/*",
    "~/.rubies/*",
    "~/.rvm/rubies/*",
    "~/.asdf/installs/ruby/*",
    "~/.local/share/mise/installs/ruby/*",
)
"""Where Rubies are installed; each has its library and its gems below `lib/ruby`."""
_HOMES = (
    "/usr/local/bundle",
    "/usr/local/bundle/ruby/*",
    "/opt/homebrew/lib/ruby/gems/*",
    "/usr/local/lib/ruby/gems/*",
    "/var/lib/gems/*",
    "/usr/share/gems",
    "/usr/share/rubygems-integration/*",
    "~/.gem/ruby/*",
    "~/.local/share/gem/ruby/*",
    "~/.rvm/gems/*",
    "~/.bundle/ruby/*",
)
"""Other folders that have `gems/NAME-VERSION/` or `bundler/gems/NAME-REVISION/`."""
_VENDORED = ("vendor/bundle/ruby/*", "vendor/bundle", "vendor")
_LIBRARY = re.compile(r"\d+\.\d+\.\d+(?:\+\d+)?|vendor_ruby|site_ruby")
_SPEC = re.compile(r"    ([\w.-]+) \(([^)]+)\)")
_SECTION = re.compile(r"[A-Z]+$")
_REVISION = 12
"""Digits of a revision in the name of the folder that Bundler checks a repository out to."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A file of a gem or of Ruby's, found here, and the folder that it belongs to: of the gem, of Ruby's library."""

    file: Path
    folder: Path
    rule: Rule


@dataclass(slots=True)
class Lock:
    """What the workspace's `Gemfile.lock` files say: versions by gem, and where gems of no registry lie.

    By name and version: `folders` of the workspace, and `checkouts` of repositories as Bundler calls them.
    """

    versions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    folders: dict[tuple[str, str], Path] = field(default_factory=dict)
    checkouts: dict[tuple[str, str], str] = field(default_factory=dict)


class Gems:
    """The gems and Rubies of this machine. Each folder is listed when it is first asked for."""

    def __init__(self, folders: Sequence[Path], locks: Iterable[Path] = ()) -> None:
        """`folders` are the workspace's, which may have gems of their own; `locks` are its `Gemfile.lock` files."""
        self._folders = tuple(folders)
        self._locks = tuple(locks)

    def find(self, path: str, origin: Origin) -> Installed | None:
        """The file of this gem, or of Ruby's library, in this version; None if it is not here, or could be two.

        `path` is the recorded one, as `spelled` gives it.
        """
        if not origin.rest or not stays_inside(origin.rest):
            return None
        return self._in_gem(path, origin) if origin.kind == "gem" else self._in_ruby(path, origin)

    def versions(self, name: str) -> list[str]:
        """The versions of a gem that are installed here or that the workspace asks for."""
        return sorted({*self._by_name.get(name, ()), *self.lock.versions.get(name, ())})

    @cached_property
    def lock(self) -> Lock:
        """All lock files together; one that cannot be read says nothing."""
        found = Lock()
        for lock in self._locks:
            try:
                text = lock.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue  # gone since the walk
            _read_lock(text, lock.parent, self._folders, found)
        return found

    def _in_gem(self, path: str, origin: Origin) -> Installed | None:
        full_name = f"{origin.name}-{origin.version}"
        gem = (origin.name, origin.version)
        roots = [*self._by_full_name.get(self.lock.checkouts.get(gem, ""), ())]
        roots += [self.lock.folders[gem]] if gem in self.lock.folders else []
        # one gem lies in a checkout, or several, each in a folder of its name
        own = [folder for root in roots for folder in (root, root / origin.name)]
        same = [*self._by_full_name.get(full_name, ()), *own]
        alike = [
            folder
            for version, folders in self._by_name.get(origin.name, {}).items()
            if version != origin.version and _without_platform(version) == _without_platform(origin.version)
            for folder in folders
        ]
        if origin.rest.startswith("specifications/"):
            same, alike = [folder.parent.parent for folder in same], []
        sure: Certainty
        for candidates, sure in ((same, "certain"), (alike, "likely")):
            there = [Path(f"{folder}/{origin.rest}") for folder in candidates if is_file(f"{folder}/{origin.rest}")]
            # installed twice in one version it is the same file: where it was recorded, if that is here
            there.sort(key=lambda file: spelled(str(file)) != path)
            if there:
                folder = next(folder for folder in candidates if there[0].is_relative_to(folder))
                return Installed(there[0], folder, Rule("gem", sure, full_name, str(folder)))
        return None

    def _in_ruby(self, path: str, origin: Origin) -> Installed | None:
        there = [
            folder
            for folder in self._libraries
            if (not origin.version or folder.name == origin.version) and is_file(f"{folder}/{origin.rest}")
        ]
        recorded = [folder for folder in there if spelled(f"{folder}/{origin.rest}") == path]
        if not recorded and len(there) != 1:
            return None
        folder = (recorded or there)[0]
        sure: Certainty = "certain" if recorded else "likely" if origin.version else "possible"
        rule = Rule("ruby", sure, origin.version or "ruby/lib", str(folder))
        return Installed(Path(f"{folder}/{origin.rest}"), folder, rule)

    @cached_property
    def _by_full_name(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        for home in self._homes:
            for gems in (home / "gems", home / "bundler/gems"):
                for name in _names_in(gems):
                    found[name].append(gems / name)
        return found

    @cached_property
    def _by_name(self) -> dict[str, dict[str, list[Path]]]:
        """The installed gems by name and version, without the checkouts of repositories."""
        found: dict[str, dict[str, list[Path]]] = defaultdict(dict)
        for full_name, folders in self._by_full_name.items():
            gem = origin_of(f"/gems/{full_name}/lib")
            if gem.kind == "gem":
                found[gem.name][gem.version] = folders
        return found

    @cached_property
    def _homes(self) -> list[Path]:
        environment = [os.environ.get("GEM_HOME", ""), *os.environ.get("GEM_PATH", "").split(os.pathsep)]
        bundle = os.environ.get("BUNDLE_PATH", "")
        patterns = [
            *(f"{glob.escape(str(folder))}/{vendored}" for folder in self._folders for vendored in _VENDORED),
            *(glob.escape(name) for name in (*environment, bundle) if name),
            *([f"{glob.escape(bundle)}/ruby/*"] if bundle else []),
            *_HOMES,
            *(f"{ruby}/lib/ruby/gems/*" for ruby in _RUBIES),
        ]
        return _folders_like(patterns)

    @cached_property
    def _libraries(self) -> list[Path]:
        found = _folders_like([f"{ruby}/lib/ruby/*" for ruby in _RUBIES])
        return [folder for folder in found if _LIBRARY.fullmatch(folder.name)]


def _folders_like(patterns: Iterable[str]) -> list[Path]:
    """The folders that the globs find, each once however many links lead to it."""
    found: dict[str, Path] = {}
    for pattern in patterns:
        for name in sorted(glob.glob(os.path.expanduser(pattern))):  # noqa: PTH111, PTH207 -- patterns are absolute
            if Path(name).is_absolute() and os.path.isdir(name):  # noqa: PTH112 -- Path.is_dir raises for names that are too long
                found.setdefault(os.path.realpath(name), Path(name))
    return list(found.values())


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 -- names are wanted
    except OSError:
        return []  # most homes have no checkouts, and some cannot be read


def _without_platform(version: str) -> str:
    return version.partition("-")[0]


def _read_lock(text: str, folder: Path, workspace: Sequence[Path], found: Lock) -> None:
    """Add what a `Gemfile.lock` says. https://bundler.io/guides/rationale.html describes the file."""
    remote: Path | None = None
    section = name = checkout = ""
    for line in text.splitlines():
        if _SECTION.match(line):
            section, remote, name, checkout = line, None, "", ""
        elif section == "PATH" and line.startswith("  remote: "):
            remote = Path(os.path.normpath(folder / line.removeprefix("  remote: ")))
        elif section == "GIT" and line.startswith("  remote: "):
            name = re.split(r"[/:]", line.rstrip("/"))[-1].strip().removesuffix(".git")
        elif section == "GIT" and line.startswith("  revision: "):
            checkout = f"{name}-{line.removeprefix('  revision: ')[:_REVISION]}"
        spec = _SPEC.fullmatch(line) if section in ("PATH", "GIT", "GEM") else None
        if spec:
            found.versions[spec[1]].add(spec[2])
            if checkout:
                found.checkouts.setdefault((spec[1], spec[2]), checkout)
            if remote and any(remote.is_relative_to(top) for top in workspace):
                found.folders.setdefault((spec[1], spec[2]), remote)
