"""Releases in folders of their own, and the link `current` to the one that runs, as Capistrano and its like deploy.

Of a program that is started through the link Ruby records both: `current/main.rb` for what is loaded by its name, and
`releases/20260101120000/lib/user.rb` for what that requires with `require_relative`, which follows links. Few files are
recorded by the link, too few to tell by themselves where they are: the release tells.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from heapline.places.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from heapline.places.rules import Rule
    from heapline.places.workspace import Candidate, Workspace

_LINK = "/current"
_RELEASE = re.compile(r"(.*?)/releases/[^/]+(/.*)?")


def through_links(
    paths: Sequence[tuple[str, str]], inferred: Mapping[str, tuple[Candidate, Rule]], workspace: Workspace
) -> dict[str, tuple[Candidate, Rule]]:
    """Files for those of the paths that have none yet and begin with a link, where the release's other files are.

    `paths` are each given as recorded, and as `spelled` gives it; `inferred` has files by recorded path.
    """
    inside = f"{_LINK}/"
    left = [(recorded, name) for recorded, name in paths if inside in name and recorded not in inferred]
    links = _rules_by_link(rule for _, rule in inferred.values()) if left else {}
    found = {}
    for recorded, name in left:
        for link, rule in links.items():
            if name.startswith(link):
                file, _ = workspace.inside(f"{spelled(rule.target)}/{name[len(link) :]}")
                if file:
                    found[recorded] = file, rule
    return found


def _rules_by_link(rules: Iterable[Rule]) -> dict[str, Rule]:
    """What was inferred of releases, by how a path through the link beside them begins: `/var/www/x/current/`.

    Nothing of a link that could lead to two folders.
    """
    found: dict[str, dict[str, Rule]] = defaultdict(dict)
    for rule in set(rules):
        release = _RELEASE.fullmatch(rule.recorded) if rule.kind == "inferred" else None
        if release:
            found[f"{release[1]}{_LINK}{release[2] or ''}/"][rule.target] = rule
    return {link: rule for link, by_target in found.items() for rule in by_target.values() if len(by_target) == 1}
