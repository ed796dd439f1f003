"""Rules that a report tells by itself: what its paths and the workspace's have in common.

A dump from a container says `/app/lib/user.rb`; the checkout is elsewhere. Each recorded path that ends like a file of
the workspace votes for a prefix (recorded folder -> folder of the workspace). In each folder the prefix with the most
votes wins, if no other has as many, and if enough of the files that it speaks of are there. What it leaves over is
placed by its own end alone, where only one file has the longest, and the prefix that follows from it passes the same
test. A path that could belong to two files is left unplaced: a number on the wrong file is worse than none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

from heapline.places.rules import Rule
from heapline.places.spelling import folded, is_absolute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from heapline.places.rules import Certainty, RuleKind
    from heapline.places.workspace import Candidate, Directory, Workspace

_LEAST_SHARE = 1 / 3
"""Of the files that a rule speaks of so many must be in the folder: each program has a main.rb."""
_LIKELY_SHARE = 0.8
_LEAST_IN_COMMON = 2
"""Names that a path must share with a file: many files have one name."""
_CROWD = 24
"""A name that more files have (`version.rb`, `index.html.erb`) says little by itself: its folders must say it too."""
_MOST_ALIKE = 5


class Prefix(NamedTuple):
    """What begins with `recorded` in the report lies in `below`, a path inside the workspace's folder of this number.

    Both are `folded`, and end with a slash if they are not empty.
    """

    recorded: str
    folder: int
    below: str


@dataclass(slots=True)
class Inferred:
    """What the report tells: files by recorded path; for the others the files that are most like them, if any are."""

    files: dict[str, tuple[Candidate, Rule]] = field(default_factory=dict)
    alike: dict[str, list[Candidate]] = field(default_factory=dict)


def infer(paths: Sequence[tuple[str, str]], workspace: Workspace) -> Inferred:
    """Files for the paths of one report: each is given as recorded, and as `spelled` gives it."""
    return _Inference(paths, workspace).result()


class _Inference:
    def __init__(self, paths: Sequence[tuple[str, str]], workspace: Workspace) -> None:
        self._workspace = workspace
        self._names = [folded(folder.name) for folder in workspace.folders]
        self._crowds: dict[str, list[Candidate]] = defaultdict(list)
        self._parted: set[str] = set()
        self._prefixes: dict[tuple[str, Directory], tuple[Prefix | None, int]] = {}
        self._by_name_alone: set[Prefix] = set()
        self._foremost_by_recorded: dict[str, Prefix | None] = {}
        self._paths = [(recorded, path, folded(path)) for recorded, path in paths if not path.startswith("../")]
        self._votes = Counter(prefix for _, _, key in self._paths for prefix, _, _ in self._propose(key))
        self._of_recorded: dict[str, list[Prefix]] = defaultdict(list)
        of_folder: dict[int, list[Prefix]] = defaultdict(list)
        for prefix in self._votes:
            self._of_recorded[prefix.recorded].append(prefix)
            of_folder[prefix.folder].append(prefix)
        self._files_below = _count_below(key for _, _, key in self._paths)
        foremost = [self._foremost(prefixes) for prefixes in of_folder.values()]
        chosen = [prefix for prefix in foremost if prefix is not None and self._is_plausible(prefix)]
        self._winners = [p for p in chosen if self._foremost([q for q in chosen if q.recorded == p.recorded]) == p]

    def result(self) -> Inferred:
        found = Inferred()
        rules: dict[tuple[RuleKind, Prefix], Rule] = {}
        for recorded, path, key in self._paths:
            placed = self._by_winner(key) or self._behind_a_link(path, key) or self._by_suffix(recorded, key, found)
            if placed is None:
                continue
            found.alike.pop(recorded, None)
            kind, prefix, file = placed
            if (kind, prefix) not in rules:
                rules[kind, prefix] = self._rule(kind, prefix, path, file)
            found.files[recorded] = (file, rules[kind, prefix])
        return found

    def _propose(self, key: str) -> Iterator[tuple[Prefix, Candidate, int]]:
        """The prefixes that the path votes for: each with its file, and how many names the two have in common."""
        folder = key[: key.rfind("/") + 1]
        for file in self._ending_like(key):
            pair = (folder, file.directory)
            voted = self._prefixes.get(pair)  # files of two directories vote alike
            if voted is None:
                voted = self._prefixes[pair] = self._prefix(key, file.folder, file.key)
            prefix, names = voted
            if prefix is not None:
                yield prefix, file, names

    def _prefix(self, key: str, folder: int, below: str) -> tuple[Prefix | None, int]:
        """What a path and a file of one name speak for, None if nothing; and how many names they have in common."""
        common, names = _common_end(key, below)
        if common == len(below) and key[: len(key) - common].endswith(f"/{self._names[folder]}/"):
            names += 1  # all of the file's path, and the name of the checkout before it
        if names < _LEAST_IN_COMMON and common < len(below):
            return None, names
        prefix = Prefix(key[: len(key) - common], folder, below[: len(below) - common])
        if names == 1:
            self._by_name_alone.add(prefix)
        return prefix, names

    def _ending_like(self, key: str) -> Sequence[Candidate]:
        """The files that have the path's name; of a crowd those that have its last folders, too."""
        start = key.rfind("/") + 1
        found: Sequence[Candidate] = self._workspace.named(key[start:])
        while len(found) > _CROWD:
            if not start:
                return ()
            self._part(key[start:], found)
            start = key.rfind("/", 0, start - 1) + 1
            found = self._crowds[key[start:]]
        return found

    def _part(self, end: str, crowd: Sequence[Candidate]) -> None:
        """Sort the files that end so by one name more; once, whichever path asks."""
        if end in self._parted:
            return
        self._parted.add(end)
        for file in crowd:
            below = file.key
            if len(below) > len(end):
                self._crowds[below[below.rfind("/", 0, len(below) - len(end) - 1) + 1 :]].append(file)

    def _foremost(self, prefixes: Iterable[Prefix]) -> Prefix | None:
        """The one with the most votes, if no other has as many."""
        first, *others = nlargest(2, prefixes, key=lambda prefix: self._votes[prefix])
        return first if not others or self._votes[first] > self._votes[others[0]] else None

    def _foremost_of(self, recorded: str) -> Prefix | None:
        if recorded not in self._foremost_by_recorded:
            self._foremost_by_recorded[recorded] = self._foremost(self._of_recorded[recorded])
        return self._foremost_by_recorded[recorded]

    def _is_plausible(self, prefix: Prefix) -> bool:
        if self._votes[prefix] == 1 and len(self._paths) > 1 and prefix in self._by_name_alone:
            return False
        return self._votes[prefix] >= _LEAST_SHARE * self._files_below[prefix.recorded]

    def _by_winner(self, key: str) -> tuple[RuleKind, Prefix, Candidate] | None:
        found = [
            (prefix, file)
            for prefix in self._winners
            if key.startswith(prefix.recorded)
            and (file := self._workspace.find(prefix.folder, prefix.below + key[len(prefix.recorded) :]))
        ]
        if not found:
            return None
        prefix, file = max(found, key=lambda each: len(each[0].recorded))
        return "inferred", prefix, file

    def _behind_a_link(self, path: str, key: str) -> tuple[RuleKind, Prefix, Candidate] | None:
        """What a winner leads to where the walk does not: behind the link of a directory."""
        for prefix in self._winners:
            if key.startswith(prefix.recorded):
                rest = "/".join(path.split("/")[prefix.recorded.count("/") :])
                file = self._workspace.behind_a_link(prefix.folder, prefix.below + rest)
                if file:
                    return "inferred", prefix, file
        return None

    def _by_suffix(self, recorded: str, key: str, found: Inferred) -> tuple[RuleKind, Prefix, Candidate] | None:
        proposals = list(self._propose(key))
        longest = max((names for _, _, names in proposals), default=0)
        best = [(prefix, file) for prefix, file, names in proposals if names == longest]
        alike = sorted((file for _, file in best), key=lambda file: (file.folder, file.below))
        found.alike[recorded] = alike[:_MOST_ALIKE]
        if len(best) != 1 or longest < _LEAST_IN_COMMON:
            return None
        prefix, file = best[0]
        sound = self._foremost_of(prefix.recorded) == prefix and self._is_plausible(prefix)
        return ("suffix", prefix, file) if sound else None

    def _rule(self, kind: RuleKind, prefix: Prefix, path: str, file: Candidate) -> Rule:
        matched, of = self._votes[prefix], self._files_below[prefix.recorded]
        sure: Certainty = "likely" if kind == "inferred" and matched >= _LIKELY_SHARE * of else "possible"
        target = f"{self._workspace.folders[file.folder]}/{_first_names(file.below, prefix.below)}".rstrip("/")
        return Rule(kind, sure, _first_names(path, prefix.recorded) or "/", target, matched, of)


def _common_end(left: str, right: str) -> tuple[int, int]:
    """The length of the longest end that two paths share in whole names, and how many names that are."""
    common = names = 0
    for ours, theirs in zip(reversed(left.split("/")), reversed(right.split("/")), strict=False):
        if ours != theirs:
            break
        common += len(ours) + 1
        names += 1
    return max(common - 1, 0), names


def _count_below(keys: Iterable[str]) -> Counter[str]:
    """How many of the paths lie below each folder, at any depth; it ends with a slash, "" has the relative ones."""
    counts: Counter[str] = Counter()
    for folder, files in Counter(key[: key.rfind("/") + 1] for key in keys).items():
        counts[""] += 0 if is_absolute(folder) else files
        end = folder.find("/") + 1
        while end:
            counts[folder[:end]] += files
            end = folder.find("/", end) + 1
    return counts


def _first_names(path: str, prefix: str) -> str:
    """As many of the path's first names as the prefix has."""
    return "/".join(path.split("/")[: prefix.count("/")])
