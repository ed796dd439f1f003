"""Strings in a dump that want to do something: they are shown, and do nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types as t
from pytest_lsp import client_capabilities

from lsp.editor import CLIENTS, NEOVIM, VSCODE, Editor, editing

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "[click](command:workbench.action.terminal.new)",
    "![x](https://example.org/pixel.png)",
    "`a` **b** `` c ``` d",
    "```\n# heading\n",
    "a | b | c \\| d",
    "<img src=x onerror=alert(1)>",
    "\x1b]0;title\x07\x1b[31mred",
    "\u202egnp.exe\u2066",
    "line\r\nbreak\u2028and\x00nul",
    "x" * 5000,
]


def dump_of(path: Path, program: Path) -> Path:
    """A dump in which line 1 has a class and a method of each hostile name; the program is at another place."""
    lines = []
    for number, text in enumerate(HOSTILE, start=1):
        address = number << 12
        lines.append({"address": hex(address), "type": "CLASS", "name": text, "memsize": 40})
        lines += [
            {
                "address": hex(address + 40 * i),
                "type": "OBJECT",
                "class": hex(address),
                "file": f"/app/{text if number == 2 else ''}lib/{program.name}",
                "line": number,
                "method": text,
                "generation": 3,
                "memsize": 4000,
            }
            for i in range(1, 6)
        ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


async def shown(editor: Editor, file: Path) -> list[str]:
    """The hovers of the lines that have a hostile class."""
    return [await editor.hover_text(file, line) for line in range(1, len(HOSTILE) + 1) if line != 2]


def program(folder: Path) -> Path:
    (folder / "lib").mkdir(parents=True)
    file = folder / "lib" / "main.rb"
    file.write_text("object = Object.new\n" * 20)
    return file


def controls(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c)[0] == "C" and c != "\n"}


@pytest.mark.parametrize("client", CLIENTS)
async def test_hovers_show_hostile_names_as_code_and_nothing_else(tmp_path: Path, client: str) -> None:
    # GIVEN a dump full of hostile names
    file = program(tmp_path / "app")
    async with editing(file.parents[1], client=client) as editor:
        await editor.load(dump_of(tmp_path / "heap.json", file))

        # WHEN the pointer rests on its lines
        for text in await shown(editor, file):
            # THEN no control character is in them, and outside of code nothing of a name
            assert controls(text) == set()
            prose = without_code(text)
            assert not re.search(r"command:|https:|<img|heading|\*\*b", prose)
            assert "\n#" not in prose
            assert len(text) < 2000


def without_code(text: str) -> str:
    """Markdown without its fenced blocks and code spans, as a run of backticks closes its like."""
    text = re.sub(r"^```text\n.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


async def test_a_bar_in_a_name_ends_no_cell_of_a_table(tmp_path: Path) -> None:
    # GIVEN a class with bars in its name
    file = program(tmp_path / "app")
    async with editing(file.parents[1], client=VSCODE) as editor:
        await editor.load(dump_of(tmp_path / "heap.json", file))
        # WHEN the pointer rests on its line
        text = await editor.hover_text(file, HOSTILE.index("a | b | c \\| d") + 1)
        # THEN its row still has three cells
        (row,) = [line for line in text.splitlines() if "a \\|" in line]
        assert len(re.split(r"(?<!\\)\|", row.strip("| "))) == 3


async def test_plain_text_and_diagnostics_have_no_control_characters(tmp_path: Path) -> None:
    # GIVEN an editor that shows plain text, and a dump full of hostile names
    capabilities = client_capabilities(NEOVIM)
    assert capabilities.text_document
    assert capabilities.text_document.hover
    capabilities.text_document.hover.content_format = [t.MarkupKind.PlainText]
    file = program(tmp_path / "app")
    async with editing(file.parents[1], capabilities=capabilities, options={"diagnostics": {"share": 0}}) as editor:
        # WHEN it is loaded
        await editor.load(dump_of(tmp_path / "heap.json", file))

        # THEN neither hovers nor diagnostics nor lenses can do anything, and none is longer than a screen
        messages = [d.message for d in editor.diagnostics[file.as_uri()]]
        assert len(messages) == len(HOSTILE) - 1
        for text in [*messages, *await shown(editor, file), *chain(*(await editor.lenses(file)).values())]:
            assert controls(text) == set()
            assert len(text) < 2000


async def test_messages_about_a_dump_have_no_control_characters(tmp_path: Path) -> None:
    # GIVEN a dump of another program, with a hostile path, in a file with a hostile name
    (tmp_path / "other").mkdir()
    lines = [{"address": "0x1", "type": "STRING", "file": "/app/\x1b[31m\u202e.rb", "line": 1, "memsize": 40}]
    path = tmp_path / "he\x1bap\n.json"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    async with editing(tmp_path / "other") as editor:
        # WHEN it is loaded, and a bad one of such a name
        await editor.load(path)
        (tmp_path / "\x1b.json").write_text("x")
        await editor.load(tmp_path / "\x1b.json")

        # THEN the messages name them without what controls a screen
        assert len(editor.said) >= 2
        assert [controls(said) for said in editor.said] == [set()] * len(editor.said)
