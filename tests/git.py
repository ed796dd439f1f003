"""A git repository whose clock the test sets."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600
START = 1_700_000_000


class Git:
    """A repository in a folder; `now` (seconds since the epoch) is when what is done next is done."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        folder.mkdir(parents=True, exist_ok=True)
        self.run("init", "--quiet", "--initial-branch=main")

    def run(self, *arguments: str) -> str:
        date = f"@{self.now} +0000"
        person = {
            f"GIT_{who}_{what}": "nobody@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            **person,
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> Path:
        """Write a file, now."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (self.now, self.now))
        return file

    def commit(self, message: str = "work") -> str:
        """Commit all there is; gives the commit."""
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty", "--message", message)
        return self.run("rev-parse", "HEAD")

    def later(self, hours: int = 1) -> None:
        self.now += hours * HOUR
