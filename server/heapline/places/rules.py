"""The rules that lead from recorded paths to files: those of the user, and what is told of any rule that was used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from heapline.places.spelling import is_absolute, spelled

if TYPE_CHECKING:
    from pathlib import Path

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
        return re.compile("".join("(?:[^/]+/)*?" if part == "[^/]*[^/]*/" else part for part in parts), ignoring_case)
