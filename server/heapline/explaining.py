"""How a report's paths were placed, in words: the same in the terminal and on the editor's page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from heapline.places.rules import told
from heapline.settings.tree import PathMapping
from heapline.units import human_bytes, share, things

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from heapline.places.explain import Explanation, Lost, Placed

    Quoted = Callable[[str], str]


def summary(found: Explanation) -> str:
    """How many lines have a place, and how much that is."""
    if not found.sites:
        return "The report names no lines."
    part = f"{things(found.placed_sites, 'line')} of {found.sites:,}"
    of_bytes = f"{human_bytes(found.placed_bytes)} of {human_bytes(found.bytes)}"
    amount = f": {of_bytes}, {share(found.placed_bytes, found.bytes)}" if found.adds_up else ""
    return f"{part} {'has' if found.placed_sites == 1 else 'have'} a place here{amount}."


def placed(found: Explanation, quoted: Quoted) -> list[str]:
    """Each rule, and what it placed. `quoted` makes harmless what comes from a report."""
    return [
        f"{_amount(found, each)}: {told(each.rule, quoted)}. {each.rule.sure.capitalize()}."
        if each.sites
        else f"nothing: {told(each.rule, quoted)}, and no such file is there."
        for each in found.placed
    ]


def lost(found: Explanation, quoted: Quoted) -> list[str]:
    """What some lines without a place have in common, with the largest of them."""
    return [
        f"{_amount(found, each)}: {_reason(each, quoted)} The largest: {quoted(each.example.at)}" for each in found.lost
    ]


def proposals(found: Explanation, folders: Sequence[Path]) -> dict[Path, list[PathMapping]]:
    """Rules that could place what has no place yet: by the folder of the workspace that each of them leads into.

    None for names that cannot be read, nor copied.
    """
    made: dict[str, Path] = {}
    for recorded, target in (each.mapping for each in found.lost if each.mapping):
        if recorded.isprintable() and str(target).isprintable():
            made.setdefault(recorded, target)  # the largest comes first
    by_folder: dict[Path, list[PathMapping]] = {}
    for recorded, target in made.items():
        around = [folder for folder in folders if target.is_relative_to(folder)]
        folder = max(around, key=lambda each: len(each.parts)) if around else folders[0]
        to = target.relative_to(folder).as_posix() if around else target.as_posix()
        by_folder.setdefault(folder, []).append(PathMapping(recorded, to))
    return by_folder


def proposal_title(place: str, known: Sequence[PathMapping]) -> str:
    """What to do with a proposal, which has the rules that are `known` already, too."""
    instead = ", instead of its pathMappings" if known else ""
    return f"For the beginning of {place}{instead}, with folders that are right"


def as_toml(rules: Sequence[PathMapping]) -> str:
    """`pathMappings` as `.heapline.toml` has them."""
    rows = [f"  {{ from = {_quoted(rule.recorded)}, to = {_quoted(rule.folder)} }},\n" for rule in rules]
    return f"pathMappings = [\n{''.join(rows)}]"


def as_json(rules: Sequence[PathMapping]) -> str:
    """The same as the settings of VS Code have them."""
    rows = [f'  {{ "from": {_quoted(rule.recorded)}, "to": {_quoted(rule.folder)} }}' for rule in rules]
    return '"heapline.pathMappings": [\n' + ",\n".join(rows) + "\n]"


def _amount(found: Explanation, each: Placed | Lost) -> str:
    lines = things(each.sites, "line")
    return f"{lines}, {human_bytes(each.bytes)}" if found.adds_up else lines


def _reason(each: Lost, quoted: Quoted) -> str:
    beginning = quoted(each.beginning)
    if each.reason == "ambiguous":
        candidates = " or ".join(quoted(str(file)) for file in each.candidates)
        return f"{beginning} could be several folders; a file of it is {candidates}."
    if each.reason == "other version":
        return f"the gem {beginning} is here in another version: {', '.join(map(quoted, each.versions))}."
    return {
        "no file": f"{beginning} is no file of Ruby code.",
        "gone": f"{beginning} is in the workspace, but these files are not there any more.",
        "no such gem": f"the gem {beginning} is not installed here.",
        "not installed": f"{beginning} is of a Ruby that is not installed here, or several times.",
        "not named": f"no line of the workspace names what {beginning} stands for.",
        "named often": f"several lines name the same, and which of them {beginning} is of is not known.",
        "unknown": f"no folder of the workspace has enough of the files of {beginning}.",
        "past the end": f"{beginning} is shorter now than the lines that are recorded.",
    }[each.reason]


def _quoted(text: str) -> str:
    """A string of JSON, which TOML reads alike if it can be printed. https://toml.io/en/v1.0.0#string"""
    return json.dumps(text, ensure_ascii=False)
