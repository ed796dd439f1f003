"""What git knows of a folder's files: which commit was checked out when, and what the files were like in it.

Only stored objects and the index are read, so that no filter, hook, text conversion or external program that a
repository's configuration may name is ever run, and nothing is fetched. What `git` refuses (a repository of somebody
else: `safe.directory`) is no history.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger(__name__)
_SECONDS = 20
"""After which a question to git is given up: it is answered in milliseconds from a local disk."""
_CONFIGURATION = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "",
    "core.sshCommand": "false",
    "core.untrackedCache": "false",
    "credential.helper": "",
    "diff.external": "",
    "diff.renames": "true",
    "gc.auto": "0",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",  # a partial clone would fetch what is missing
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
}
_ENVIRONMENT = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree. Each method runs git and waits: not for an event loop. What git cannot say is None or empty."""

    program: str
    root: Path

    @classmethod
    def of(cls, folder: Path) -> Repository | None:
        """The repository whose work tree holds the folder."""
        program = _program(folder)
        if program is None:
            return None
        said = _run(program, folder, "rev-parse", "--show-toplevel")
        return cls(program, Path(os.fsdecode(said).rstrip("\r\n")).resolve()) if said else None

    def commit_of(self, name: str) -> str | None:
        """The commit that a name (a branch, a tag, a hash) stands for."""
        said = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return said.decode().strip() if said else None

    def commit_at(self, seconds: int) -> str | None:
        """The commit that was checked out here at a time (since the epoch), by the log of HEAD.

        Where that does not reach so far back, the last commit of the current branch that was made until then.
        """
        said = self._git("log", "--walk-reflogs", "--format=%H %gd", "--date=unix", "HEAD", "--")
        for line in (said or b"").decode(errors="replace").splitlines():
            commit, _, selector = line.partition(" ")
            since = selector.rpartition("@{")[2].rstrip("}")
            if since.isdigit() and int(since) <= seconds:
                return commit
        said = self._git("rev-list", "--max-count=1", "--first-parent", f"--min-age={seconds}", "HEAD", "--")
        return said.decode().strip() if said else None

    def renames(self, commit: str) -> dict[str, str]:
        """Files that are under another name in the index than in the commit: the old path by the new one."""
        said = self._git(
            *("diff-index", "--cached", "--find-renames", "--diff-filter=R", "--name-status", "-z"),
            *("--no-ext-diff", "--no-textconv", commit, "--"),
        )
        fields = [os.fsdecode(field) for field in (said or b"").split(b"\0")]
        return {new: old for _, old, new in zip(*(fields[n::3] for n in range(3)), strict=False)}

    def texts(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        """The files of these paths (from the root, with slashes) as the commit has them; those that it has."""
        asked = [path for path in paths if "\n" not in path]
        said = self._git("cat-file", "--batch", send=[f"{commit}:{path}" for path in asked]) or b""
        found: dict[str, str] = {}
        at = 0
        for path in asked if said else ():
            end = said.index(b"\n", at)
            *_, kind, size = said[at:end].rsplit(b" ", 2)
            at = end + 1
            if size.isdigit():  # else it says that it is missing
                if kind == b"blob":
                    found[path] = said[at : at + int(size)].decode(errors="replace")
                at += int(size) + 1
        return found

    def _git(self, *arguments: str, send: Sequence[str] = ()) -> bytes | None:
        return _run(self.program, self.root, *arguments, send=send)


def _program(folder: Path) -> str | None:
    """The `git` on the PATH; none that lies in the folder, or that a relative PATH finds there."""
    found = shutil.which("git")
    if found is None or not Path(found).is_absolute() or Path(found).resolve().is_relative_to(folder.resolve()):
        return None
    return found


def _run(program: str, folder: Path, *arguments: str, send: Sequence[str] = ()) -> bytes | None:
    """What git prints; None if it fails, or takes too long."""
    settings = [part for name, value in _CONFIGURATION.items() for part in ("-c", f"{name}={value}")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = [program, "--no-pager", "--literal-pathspecs", *settings, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 -- no shell, and the program was found outside of the workspace
            command,
            cwd=folder,
            env={**environment, **_ENVIRONMENT},
            input=b"".join(os.fsencode(line) + b"\n" for line in send),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        _log.warning("git %s: %s", arguments[0], error)
        return None
    if done.returncode:
        _log.info("git %s: %s", arguments[0], done.stderr.decode(errors="replace").strip())
        return None
    return done.stdout
