"""The rules that lead from recorded paths to files: those of the user, and what is told of any rule that was used."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from heapline.places.spelling import is_absolute, spelled

if TYPE_CHECKING:
    from collections.abc import Callable

RuleKind = Literal["exact", "relative", "mapping", "inferred", "gem", "ruby", "suffix", "name"]
Certainty = Literal["certain", "likely", "possible"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How a file was found, and how sure that is.

    `exact`: the path is the file's own. `relative`: the path is one below the folder. `mapping`: by the user's rule.
    `inferred`: what begins with `recorded` lies in `target`, as `matched` of the report's `of` such files do.
    `gem`, `ruby`: the same file of the same version, where it is installed here. `suffix`: the only file of the
    workspace whose path ends like the recorded one. `name`: the report knows a name, and this line alone has it.
    """

    kind: RuleKind
    sure: Certainty
    recorded: str = ""
    target: str = ""
    matched: int = 0
    of: int = 0


EXACT = Rule("exact", "certain")
RELATIVE = Rule("relative", "likely")
NAMED = Rule("name", "likely")


def told(rule: Rule, quoted: Callable[[str], str]) -> str:
    """The rule in words, to stand after "placed:"; `quoted` makes harmless what comes from a report."""
    way = f"{quoted(rule.recorded)} is {quoted(rule.target)}"
    share = f"{rule.matched:,} of the report's {rule.of:,} such files {'is' if rule.matched == 1 else 'are'} there"
    return {
        "exact": "it is the recorded path",
        "relative": "it is the recorded path below the workspace's folder",
        "mapping": f"{way} by pathMappings",
        "inferred": f"{way}, since {share}",
        "gem": f"{quoted(rule.recorded)} is installed in {quoted(rule.target)}",
        "ruby": f"Ruby's library {quoted(rule.recorded)} is {quoted(rule.target)}",
        "name": "it is the only line that names what was recorded",
        "suffix": f"no other file's path ends so, and with {way} {share}",
    }[rule.kind]


@dataclass(frozen=True)
class UserRule:
    """What begins with `recorded` in a report lies in `target`.

    `recorded` is a folder, or a glob of folders: `*` stands for any part of one name, `**` for any number of folders.
    Either slash separates them, and a drive may be spelled as WSL does.
    """

    recorded: str
    target: Path

    def rest_of(self, path: str) -> str | None:
        """What remains of a path (as `spelled` gives it) below the folder, None if the rule does not speak of it."""
        found = self._form.match(path)
        return path[found.end() :] if found else None

    @classmethod
    def below(cls, folder: Path, recorded: str, target: str) -> UserRule:
        """A rule of a workspace folder's settings: a target that is relative lies in the folder."""
        return cls(recorded, Path(os.path.normpath(folder / target)))

    @cached_property
    def rule(self) -> Rule:
        """What is told of the places that this rule finds."""
        return Rule("mapping", "certain", self.recorded, str(self.target))

    @cached_property
    def _form(self) -> re.Pattern[str]:
        recorded = spelled(self.recorded)
        ignoring_case = re.IGNORECASE if recorded.startswith("/mnt/") else 0  # a drive of Windows
        if recorded in ("/", "."):
            return re.compile("/" if is_absolute(recorded) else "(?!/)")
        parts = ("[^/]*".join(map(re.escape, part.split("*"))) + "/" for part in recorded.split("/"))
        return re.compile("".join("(?:[^/]*/)*?" if part == "[^/]*[^/]*/" else part for part in parts), ignoring_case)
