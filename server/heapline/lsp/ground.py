"""What the places of all reports depend on, beside the reports: the workspace's folders, and some of their settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapline.places.past import FolderPast
from heapline.places.rules import UserRule

if TYPE_CHECKING:
    from pathlib import Path

    from heapline.lsp.server import Server
    from heapline.report import Report


@dataclass(frozen=True)
class Ground:
    """Folders in the client's order, the user's rules of all of them, the commit that ran in each, and trust."""

    folders: tuple[Path, ...]
    rules: tuple[UserRule, ...]
    commits: tuple[str, ...]
    trusted: bool

    def pasts(self, report: Report) -> list[FolderPast]:
        """The folders as they were when a report was taken: at the time of its file."""
        taken = report.identity.modified_ns
        known = zip(self.folders, self.commits, strict=True)
        return [FolderPast(folder, taken, commit, self.trusted) for folder, commit in known]


def ground_of(ls: Server) -> Ground:
    """The ground as it is now."""
    folders = tuple(ls.folders)
    settings = [ls.settings_for(folder) for folder in folders]
    rules = (
        UserRule.below(folder, mapping.recorded, mapping.folder)
        for folder, chosen in zip(folders, settings, strict=True)
        for mapping in chosen.path_mappings
    )
    return Ground(folders, tuple(dict.fromkeys(rules)), tuple(chosen.commit for chosen in settings), ls.trusted)
