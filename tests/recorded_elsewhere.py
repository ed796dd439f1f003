"""The samples as they ran under other roots (`samples/roots`), with what Ruby says of each line recorded there.

Ruby on Windows writes no report here: those of Windows are the reports of the container with other roots, which is how
they differ. Ruby there writes slashes; backslashes come from programs that name their files so themselves.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from typing import TYPE_CHECKING, Literal, NamedTuple

from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

REPORTS = SAMPLES / "roots/reports"
PROGRAMS = {"translate": "json", "weakmap": "json", "blog": "txt"}
RELEASE = "/var/www/x/releases/20260101120000"
ROOTS = {"app": "/app", "release": RELEASE, "current": RELEASE}
"""By kind of root where the program's files really were."""
WINDOWS = {
    "/app": "C:/src",
    "/usr/local/bundle/ruby/3.1.0": "C:/Ruby31-x64/lib/ruby/gems/3.1.0",
    "/usr/lib/ruby": "C:/Ruby31-x64/lib/ruby",
}

Owner = Literal["own", "gem", "ruby", "other"]


class Line(NamedTuple):
    """A recorded line: whose it is, its file's path inside of that (a gem's has its full name first), and its text."""

    path: str
    line: int
    owner: Owner
    rest: str
    text: str


class Recording(NamedTuple):
    """A report of a program that ran under a root; `told` is how Heapline spells that root."""

    program: str
    told: str
    report: bytes
    lines: list[Line]

    def write(self, folder: Path) -> Path:
        """The report as a file."""
        file = folder / f"{self.program}.{PROGRAMS[self.program]}"
        file.write_bytes(self.report)
        return file

    def check_out(self, folder: Path) -> Path:
        """The program's files, without reports, in a new folder."""
        shutil.copytree(SAMPLES / self.program, folder, ignore=shutil.ignore_patterns("reports"))
        return folder


def recording(root: str, program: str) -> Recording:
    """The program under one of ROOTS, or on Windows: `C:/src`, or `C:\\src`."""
    if root.startswith("C:"):
        return _on_windows(recording("app", program), "\\" if "\\" in root else "/")
    report = (REPORTS / root / f"{program}.{PROGRAMS[program]}.gz").read_bytes()
    lines = json.loads(gzip.decompress((REPORTS / root / f"{program}.lines.json.gz").read_bytes()))
    seen = [Line(line["path"], line["line"], *_owner(line["file"], ROOTS[root]), line["text"]) for line in lines]
    return Recording(program, ROOTS[root], gzip.decompress(report), seen)


def _owner(file: str, root: str) -> tuple[Owner, str]:
    if file.startswith(f"{root}/"):
        return "own", file.removeprefix(f"{root}/")
    gems, _, rest = file.partition("/ruby/3.1.0/gems/")
    if rest:
        assert gems in ("/usr/local/bundle", "/var/www/x/shared/bundle")
        return "gem", rest
    return ("ruby", file.removeprefix("/usr/lib/ruby/")) if file.startswith("/usr/lib/ruby/") else ("other", file)


def _on_windows(there: Recording, slash: str) -> Recording:
    def moved(path: str) -> str:
        for root, target in WINDOWS.items():
            if path.startswith(f"{root}/"):
                return (target + path.removeprefix(root)).replace("/", slash)
        return path

    recorded = rb'(?<="file":")/[^"]+' if there.report.startswith(b"{") else rb"(?<=  )/\S+"
    report = re.sub(recorded, lambda path: moved(path[0].decode()).encode(), there.report)
    return there._replace(
        told="/mnt/c/src", report=report, lines=[line._replace(path=moved(line.path)) for line in there.lines]
    )
