"""The direction of data, held by the imports: file -> readers -> profile -> places -> lsp and cli."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "server" / "heapline"
BELOW_LSP = ("readers", "heap", "places", "insight", "settings", "export", "texts")
ALLOWED = {
    "heap": {"heap", "profile", "errors", "files", "inflate"},
    "readers": {"readers", "heap", "profile", "errors", "files", "units"},
    "places": {"places", "profile", "collector"},
    "insight": {"insight", "heap", "profile", "places", "report", "metrics", "settings", "errors", "units"},
    "settings": {"settings", "errors"},
    "texts": {"texts", "readers"},
    "export": {
        "__version__",
        "errors",
        "export",
        "heap",
        "insight",
        "markdown",
        "metrics",
        "places",
        "profile",
        "report",
        "settings",
        "units",
    },
}


def imports_of(module: Path) -> set[str]:
    """The full names of all modules that a file imports, at run time or for types only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("part", BELOW_LSP)
def test_only_the_language_server_knows_of_the_protocol(part: str) -> None:
    # GIVEN the modules of a part that is not the language server
    for module in sorted((PACKAGE / part).rglob("*.py")):
        # THEN none of them imports the protocol's libraries
        assert {name.split(".")[0] for name in imports_of(module)}.isdisjoint({"pygls", "lsprotocol"}), module


@pytest.mark.parametrize("part", ALLOWED)
def test_data_flows_in_one_direction(part: str) -> None:
    # GIVEN the modules of a part
    for module in sorted((PACKAGE / part).rglob("*.py")):
        ours = {name.split(".")[1] for name in imports_of(module) if name.startswith("heapline.")}
        # THEN they import nothing that comes after them
        assert ours <= ALLOWED[part], module


def test_the_terminal_and_the_server_do_not_know_each_other() -> None:
    # GIVEN the two ends of the way
    for end, other in (("cli", "heapline.lsp"), ("lsp", "heapline.cli")):
        for module in sorted((PACKAGE / end).rglob("*.py")):
            # THEN neither imports the other, but for the verb that starts the server
            if module.name != "serve.py":
                assert not {name for name in imports_of(module) if name.startswith(other)}, module
