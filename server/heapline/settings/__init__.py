"""What the user can set: one typed tree, the same names in every editor and in ``.heapline.toml``.

``tree`` holds names, types, defaults, ranges and documentation; everything else is derived from it:
``schema`` reads one value, ``layers`` puts the sources on top of each other, ``generate`` writes
``docs/settings.md`` and the settings part of the VS Code extension's ``package.json``.

No setting in this tree chooses an executable or a place to write to, on purpose: ``.heapline.toml`` and an
editor's workspace settings come with a checkout, and opening a stranger's checkout must neither run its
programs nor write where it says. How the server is started is the editor's affair (``heapline.server.*``).
"""

from __future__ import annotations

from heapline.settings.globs import named_reports
from heapline.settings.layers import TOML_NAME, load_toml, resolve, sources
from heapline.settings.tree import Settings

__all__ = ["TOML_NAME", "Settings", "load_toml", "named_reports", "resolve", "sources"]
