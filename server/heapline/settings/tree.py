"""The settings: the single source of their names, types, defaults, ranges and documentation.

A field's metadata has ``doc`` (Markdown, whole sentences) and, for a number, ``range`` (smallest and largest
value, both allowed). Field names are those of Python; users write them in camelCase.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Attention = Literal["shown", "quiet"]
Severity = Literal["off", "hint", "information", "warning"]
MetricName = Literal[
    "all",
    "liveObjects",
    "liveBytes",
    "retainedSize",
    "allocatedObjects",
    "allocatedBytes",
    "survivedObjects",
    "survivedBytes",
    "bootBytes",
    "lostBytes",
    "possiblyLostBytes",
    "calleesBytes",
    "calleesObjects",
    "samples",
]


@dataclass(frozen=True, slots=True)
class CodeLens:
    """The numbers above a line."""

    enabled: bool = field(default=True, metadata={"doc": "Show code lenses above the lines that allocate."})
    max_per_file: int = field(
        default=50,
        metadata={"doc": "The most lenses in one file; the largest are kept.", "range": (1, 1000)},
    )


@dataclass(frozen=True, slots=True)
class InlayHint:
    """One number at the end of a line."""

    enabled: bool = field(
        default=False,
        metadata={"doc": "Show one number at the end of each hot line, as an inlay hint: quieter than a code lens."},
    )


@dataclass(frozen=True, slots=True)
class Heat:
    """The tint of hot lines."""

    enabled: bool = field(
        default=True,
        metadata={"doc": "Tint hot lines, and mark them beside the scroll bar (VS Code only)."},
    )


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on a line is worth showing."""

    bytes: int = field(
        default=10_000,
        metadata={
            "doc": "A line is shown from this many bytes on, or when it reaches `threshold.objects`.",
            "range": (0, 10**12),
        },
    )
    objects: int = field(
        default=100,
        metadata={
            "doc": "A line is shown from this many objects on, or when it reaches `threshold.bytes`.",
            "range": (0, 10**12),
        },
    )
    share: float = field(
        default=0,
        metadata={
            "doc": "A line is shown only if it has, or retains, at least this share of its report, in percent.",
            "range": (0, 100),
        },
    )


@dataclass(frozen=True, slots=True)
class Origins:
    """Whose code is marked."""

    gems: Attention = field(
        default="quiet",
        metadata={"doc": "Lines of gems, vendored or installed. `quiet`: only the hover and the lists have them."},
    )
    ruby: Attention = field(
        default="quiet",
        metadata={"doc": "Lines of Ruby's own library. `quiet`: only the hover and the lists have them."},
    )
    tests: Attention = field(
        default="shown",
        metadata={"doc": "Lines of tests. `quiet`: only the hover and the lists have them."},
    )


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The lines in the editor's list of problems."""

    severity: Severity = field(
        default="information",
        metadata={"doc": "How a diagnostic is marked. `off` shows none."},
    )
    share: float = field(
        default=5,
        metadata={
            "doc": "A line gets a diagnostic from this share of the report's bytes on, in percent.",
            "range": (0, 100),
        },
    )
    retained_share: float = field(
        default=10,
        metadata={
            "doc": "A line gets a diagnostic when what it retains is at least this share of the reachable heap, in "
            "percent, and nothing below it explains that better.",
            "range": (1, 100),
        },
    )
    max_per_file: int = field(
        default=20,
        metadata={"doc": "The most diagnostics in one file; the largest are kept.", "range": (1, 1000)},
    )
    max_total: int = field(
        default=200,
        metadata={"doc": "The most diagnostics in all files; the largest are kept.", "range": (1, 10_000)},
    )


@dataclass(frozen=True, slots=True)
class Hover:
    """What is shown when the pointer rests on a line."""

    enabled: bool = field(
        default=True,
        metadata={"doc": "Show all that is known about a line when the pointer rests on it."},
    )


@dataclass(frozen=True, slots=True)
class PathMapping:
    """What begins with `recorded` in a report lies in `folder`; in JSON and TOML these are `from` and `to`."""

    recorded: str
    folder: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one workspace folder. ``Settings()`` holds the defaults."""

    reports: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Reports (heap dumps, memory_profiler texts, …) that load by themselves: globs, relative to "
            "the workspace folder or absolute. In `.heapline.toml` they must stay inside the folder.",
        },
    )
    commit: str = field(
        default="",
        metadata={
            "doc": "The git commit (a hash, a tag, a branch) that ran when the folder's reports were taken. Empty: "
            "what was checked out here at the time. Counts only in a workspace that the editor trusts.",
        },
    )
    path_mappings: tuple[PathMapping, ...] = field(
        default=(),
        metadata={
            "doc": "Where recorded paths lie here: a list of `{from, to}`; the first that leads to a file counts. "
            "`from` is how recorded paths begin, whole folders, with either slash; `*` in it stands for any part of "
            "one folder's name, `**` for any number of folders, at most four stars in all. `to` is a folder, relative "
            "to the workspace folder or absolute; in `.heapline.toml` it must stay inside the folder. Most reports "
            "need none; `heapline paths` says which would help.",
        },
    )
    enabled: bool = field(
        default=True,
        metadata={"doc": "Show anything in the editor. Off, the reports stay loaded, and all else is out of sight."},
    )
    metric: MetricName = field(
        default="all",
        metadata={
            "doc": "What code lenses, inlay hints and heat show, and what decides which lines come first. `all`: all "
            "that the report knows, the most bytes first. `retainedSize` is known of heap dumps with roots alone, "
            "`live…` of heap dumps; `allocated…` and `survived…` (what outlived the block) of memory_profiler reports. "
            "`bootBytes` is memory taken when a gem or file is required, `lostBytes` and `possiblyLostBytes` native "
            "memory that nobody frees, `callees…` a line with all that it called, `samples` allocations that were "
            "sampled. "
            "A line whose report does not know the metric shows nothing.",
        },
    )
    code_lens: CodeLens = field(default_factory=CodeLens)
    inlay_hint: InlayHint = field(default_factory=InlayHint)
    heat: Heat = field(default_factory=Heat)
    exclude: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Files in which nothing is shown: globs relative to the workspace folder, such as `vendor` or "
            "`**/*_pb.rb`. The editor's lists still have them; the terminal with `--all`.",
        },
    )
    threshold: Threshold = field(default_factory=Threshold)
    origins: Origins = field(default_factory=Origins)
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    hover: Hover = field(default_factory=Hover)
