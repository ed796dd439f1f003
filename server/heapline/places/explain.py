"""What became of a report's paths: how many lines each rule placed, and what the others have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from heapline.places.mapping import Reason
from heapline.places.spelling import is_absolute, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from heapline.places.mapping import Places
    from heapline.places.placing import Placement
    from heapline.places.rules import Rule, UserRule
    from heapline.profile import Site

Loss = Reason | Literal["past the end"]


@dataclass(frozen=True, slots=True)
class Placed:
    """What one rule placed: lines, and their bytes."""

    rule: Rule
    sites: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Lines without a place that have something in common: the reason, and how their paths begin.

    `beginning` is a folder; a gem (`rack-3.0.1`); for what is no file, and for lines past the end of one, the path.
    `example` is the largest of them. `mapping` is a rule that could place them: how they begin, and the folder that
    most of them would fit, else the first of the workspace.
    """

    reason: Loss
    beginning: str
    sites: int
    bytes: int
    example: Site
    candidates: tuple[Path, ...] = ()
    versions: tuple[str, ...] = ()
    mapping: tuple[str, Path] | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of a report: each of its lines is counted once, in `placed` or in `lost`. Largest first, by bytes.

    `adds_up` is false where bytes can do no more than sort: the report knows none, or two lines may have the same ones.
    """

    placed: tuple[Placed, ...]
    lost: tuple[Lost, ...]
    adds_up: bool

    @property
    def placed_sites(self) -> int:
        """How many lines have a place."""
        return sum(each.sites for each in self.placed)

    @property
    def placed_bytes(self) -> int:
        """The bytes of the lines that have a place."""
        return sum(each.bytes for each in self.placed)

    @property
    def sites(self) -> int:
        """How many lines the report has."""
        return self.placed_sites + sum(each.sites for each in self.lost)

    @property
    def bytes(self) -> int:
        """The bytes of all lines."""
        return self.placed_bytes + sum(each.bytes for each in self.lost)


def explain(
    sites: Iterable[Site], placement: Placement, folders: Sequence[Path], rules: Sequence[UserRule]
) -> Explanation:
    """What became of the sites' paths. Reads files, as placing does.

    `rules` are the user's; those that placed nothing are there too, with 0 lines.
    """
    adds_up = False
    lines: Counter[Rule] = Counter({rule.rule: 0 for rule in rules})
    sizes: Counter[Rule] = Counter()
    lost: dict[tuple[Loss, str], list[Site]] = defaultdict(list)
    by_folder: dict[Loss, list[Site]] = defaultdict(list)
    for site in sites:
        located = placement.locate(site.path, site.line)
        unplaced = placement.places.unplaced(site.path)
        adds_up |= site.measures.shallow_bytes > 0 and site.measures.amount("boot") is None
        if located:
            lines[located.place.rule] += 1
            sizes[located.place.rule] += site.measures.shallow_bytes
        elif unplaced is None:
            lost["past the end", site.path].append(site)
        elif unplaced.reason in ("no such gem", "other version"):
            lost[unplaced.reason, f"{unplaced.origin.name}-{unplaced.origin.version}"].append(site)
        elif unplaced.reason in ("not named", "named often"):
            lost[unplaced.reason, f"{site.path.partition(':')[0]}:…"].append(site)
        elif site.path.startswith("<internal:"):
            lost[unplaced.reason, "<internal:…>"].append(site)
        elif unplaced.origin.kind == "none" or not _folder(site):
            lost[unplaced.reason, site.path].append(site)
        else:
            by_folder[unplaced.reason].append(site)
    known = _Known(lines, rules)
    for site in by_folder.pop("unknown", []):
        by_folder["gone" if known.has_folder_of(site) else "unknown"].append(site)
    for reason, some in by_folder.items():
        for beginning, below in _by_beginning(some).items():
            lost[reason, beginning] = below
    placed = [Placed(rule, lines[rule], sizes[rule]) for rule in lines]
    placed.sort(key=lambda each: (-each.bytes, each.rule.kind, each.rule.recorded))
    groups = [_lost(reason, beginning, some, placement.places, folders) for (reason, beginning), some in lost.items()]
    groups.sort(key=lambda each: (-each.bytes, each.beginning))
    return Explanation(tuple(placed), tuple(groups), adds_up)


class _Known:
    """The rules that surely placed something: what else they speak of would be there if its file still were."""

    def __init__(self, lines: Counter[Rule], rules: Sequence[UserRule]) -> None:
        self._rules = [rule for rule in rules if lines[rule.rule]]
        inferred = (rule for rule in lines if rule.kind == "inferred" and rule.sure == "likely")
        self._recorded = tuple(f"{rule.recorded}/" for rule in inferred if rule.recorded not in ("/", "."))

    def has_folder_of(self, site: Site) -> bool:
        path = spelled(site.path)
        return path.startswith(self._recorded) or any(rule.rest_of(path) for rule in self._rules)


def _lost(reason: Loss, beginning: str, sites: Sequence[Site], places: Places, folders: Sequence[Path]) -> Lost:
    example = max(sites, key=lambda site: site.measures.shallow_bytes)
    why = places.unplaced(example.path)
    return Lost(
        reason,
        beginning,
        len(sites),
        sum(site.measures.shallow_bytes for site in sites),
        example,
        why.candidates if why else (),
        why.versions if why else (),
        _mapping(beginning, sites, places, folders) if reason in ("ambiguous", "unknown") else None,
    )


def _mapping(beginning: str, sites: Sequence[Site], places: Places, folders: Sequence[Path]) -> tuple[str, Path] | None:
    """The rule that would place the most bytes by the files that end like them; the first folder if none does."""
    votes: Counter[tuple[str, Path]] = Counter()
    for site in sites:
        why = places.unplaced(site.path)
        for candidate in why.candidates[:1] if why else ():
            votes[_difference(spelled(site.path), candidate, folders)] += site.measures.shallow_bytes + 1
    if votes:
        return votes.most_common(1)[0][0]
    return (beginning if is_absolute(beginning) else ".", folders[0]) if folders else None


def _difference(path: str, file: Path, folders: Sequence[Path]) -> tuple[str, Path]:
    """How a recorded path and a file begin, without the names at the end that they share below one of the folders."""
    ours, theirs = path.split("/"), file
    while theirs not in folders and ours and ours[-1].lower() == theirs.name.lower():
        ours.pop()
        theirs = theirs.parent
    return "/".join(ours) or ("/" if path.startswith("/") else "."), theirs


def _by_beginning(sites: Sequence[Site]) -> Mapping[str, list[Site]]:
    """The sites by the first folder that has files itself, or several folders: that is where a program begins."""
    below: dict[str, set[str]] = defaultdict(set)
    with_files: set[str] = set()
    for folder in {_folder(site) for site in sites}:
        with_files.add(folder)
        names = folder.split("/")
        for depth in range(1, len(names)):
            below["/".join(names[:depth])].add(names[depth])
    found: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        names = _folder(site).split("/")
        depth = 2 if names[0] == "" else 1  # never the root alone, which says nothing
        while depth < len(names) and not _begins_here("/".join(names[:depth]), below, with_files):
            depth += 1
        found["/".join(names[:depth]) or "."].append(site)
    return found


def _begins_here(folder: str, below: Mapping[str, set[str]], with_files: set[str]) -> bool:
    return folder in with_files or len(below[folder]) > 1


def _folder(site: Site) -> str:
    return spelled(site.path).rpartition("/")[0]
