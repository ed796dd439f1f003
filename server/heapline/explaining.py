"""How a report's paths were placed, in words: the same in the terminal and on the editor's page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from heapline.places.rules import told
from heapline.units import human_bytes, share, things

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapline.places.explain import Explanation, Lost, Placed

    Quoted = Callable[[str], str]


def summary(found: Explanation) -> str:
    """How many lines have a place, and how much that is."""
    if not found.sites:
        return "The report names no lines."
    part = f"{things(found.placed_sites, 'line')} of {found.sites:,}"
    of_bytes = f"{human_bytes(found.placed_bytes)} of {human_bytes(found.bytes)}"
    return (
        f"{part} {'has' if found.placed_sites == 1 else 'have'} a place here: {of_bytes},"
        f" {share(found.placed_bytes, found.bytes)}."
    )


def placed(each: Placed, quoted: Quoted) -> str:
    """One rule, and what it placed. `quoted` makes harmless what comes from a report."""
    if not each.sites:
        return f"nothing: {told(each.rule, quoted)}, and no such file is there."
    amount = f"{things(each.sites, 'line')}, {human_bytes(each.bytes)}"
    return f"{amount}: {told(each.rule, quoted)}. {each.rule.sure.capitalize()}."


def lost(each: Lost, quoted: Quoted) -> str:
    """What some lines without a place have in common, with the largest of them."""
    amount = f"{things(each.sites, 'line')}, {human_bytes(each.bytes)}"
    example = quoted(f"{each.example.path}:{each.example.line}")
    return f"{amount}: {_reason(each, quoted)} The largest: {example}"


def mappings(found: Explanation) -> str:
    """`pathMappings` for `.heapline.toml` that could place what has no place yet; empty if there are none to make."""
    made: dict[str, str] = {}
    for recorded, target in (each.mapping for each in found.lost if each.mapping):
        made.setdefault(recorded, target)  # the largest comes first
    rows = [f"  {{ from = {_toml(recorded)}, to = {_toml(target)} }},\n" for recorded, target in made.items()]
    return f"pathMappings = [\n{''.join(rows)}]" if rows else ""


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
        "unknown": f"no folder of the workspace has enough of the files of {beginning}.",
        "past the end": f"{beginning} is shorter now than the lines that are recorded.",
    }[each.reason]


def _toml(text: str) -> str:
    """A basic string; what it may not contain is escaped as in JSON. https://toml.io/en/v1.0.0#string"""
    return json.dumps(text, ensure_ascii=not text.isprintable())
