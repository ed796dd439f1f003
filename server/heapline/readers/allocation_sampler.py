"""Reads what users keep of allocation_sampler's results: a hash of samples by class, file and line.

    {"String"=>{"/app/lib/x.rb"=>{13=>1000, 14=>1}, "<cfunc>"=>{0=>500}}}

`Result#allocations_with_top_frame` gives it, and it is kept as `p`, `pp` or JSON print it. Of several stacks of one
class that end on one line the gem keeps one number only: what it says of a line is the least that it can be.
Source of the format: `lib/allocation_sampler.rb` of allocation_sampler 1.0.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, BinaryIO

from heapline.profile import Amount, Measures, Problem, Profile, Site, sort_sites
from heapline.readers.json_document import count, mapping
from heapline.readers.ruby_hash import ARROW, STRING, parse, read_all
from heapline.readers.text import LARGEST

if TYPE_CHECKING:
    from pathlib import Path

_START = re.compile(rf'\{{\s*{STRING}{ARROW}\{{\s*({STRING}){ARROW}\{{\s*"?[0-9]{{1,9}}"?{ARROW}[0-9]')
_FILE = re.compile(r'"(?:.*/.*|.*\.(?:rb|ru|rake|erb)|<.*>|\(.*\))"', re.DOTALL)
_NOT_SEVERAL = "Of several stacks that end on one line, allocation_sampler keeps one: a line may have more samples."
_SAMPLED = "The hash does not say of how many allocations each is a sample (interval:): the numbers are samples."


def recognise(head: bytes) -> str | None:
    """None if the content is of the format, else why not."""
    if _start(head.decode(errors="replace")) is not None:
        return None
    return 'it has no hash of samples by class, file and line ({"String"=>{"…"=>{13=>1000}}})'


def read(path: Path, stream: BinaryIO) -> Profile:
    """The profile: samples by line. Of several hashes in one text, the last is read."""
    text, problems = read_all(stream)
    lines: dict[tuple[str, int], int] = defaultdict(int)
    start = _start(text)
    if start is None:
        problems.append(Problem(None, "There is no hash of samples by class, file and line in this text."))
    else:
        found, whole = parse(text, start)
        if not whole:
            problems.append(Problem(text.count("\n") + 1, "The hash is cut or damaged: what is whole was read."))
        _collect(found, lines)
    return Profile(
        path=path,
        format="allocation-sampler",
        lines=text.count("\n") + (not text.endswith("\n")),
        skipped_lines=0,
        traced=True,
        totals=Measures(amounts=_samples(sum(lines.values()))) if lines else Measures(),
        sites=sort_sites([Site(*at, None, Measures(amounts=_samples(number))) for at, number in lines.items()]),
        problems=tuple(problems),
        notes=(_SAMPLED, _NOT_SEVERAL) if lines else (),
    )


def _start(text: str) -> int | None:
    """Where the last of the text's hashes begins. The second key is a file's name, or Ruby's word for what is none."""
    starts = [found.start() for found in _START.finditer(text) if _FILE.fullmatch(found[1])]
    return starts[-1] if starts else None


def _collect(found: dict[Any, Any], lines: dict[tuple[str, int], int]) -> None:
    for files in found.values():
        for file, numbers in mapping(files).items():
            for line, samples in mapping(numbers).items():
                number = int(line) if str(line).isascii() and str(line).isdigit() else None
                if isinstance(file, str) and number is not None and count(samples) is not None:
                    lines[file, number] = min(LARGEST, lines[file, number] + samples)


def _samples(number: int) -> tuple[Amount, ...]:
    return (Amount("sampled", count=min(LARGEST, number)),)
