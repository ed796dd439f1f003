"""Which texts each editor takes for reports by their first lines: the same ones, tool by tool."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from editors.program import CONFIGS, real_emacs, real_neovim
from sample_files import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = CONFIGS.parent / "vscode-extension/package.json"
REPORTS = [
    "gems/reports/allocation_sampler-inspect.txt",
    "gems/reports/allocation_sampler-pp.txt",
    "gems/reports/allocation_tracer-by-class-pp.txt",
    "gems/reports/allocation_tracer-by-class.tsv",
    "gems/reports/allocation_tracer-pp.txt",
    "gems/reports/allocation_tracer.tsv",
    "gems/reports/heap-profiler-scaled.txt.gz",
    "tools/reports/derailed-bundle-mem.txt",
    "tools/reports/heapy-diff-retained.txt",
    "tools/reports/heapy-diff.txt",
    "tools/reports/valgrind.txt.gz",
    "translate/reports/memory_profiler.txt",
]
OTHERS = ["README.md", "translate/main.rb"]


@pytest.fixture
def texts(tmp_path: Path) -> list[Path]:
    """The reports, then other texts, under names that say nothing."""
    found = []
    for number, name in enumerate([*REPORTS, *OTHERS]):
        content = (SAMPLES / name).read_bytes()
        found.append(tmp_path / f"text{number}.txt")
        found[-1].write_bytes(gzip.decompress(content) if name.endswith(".gz") else content)
    return found


def taken(said: list[bool]) -> list[str]:
    """The names of what was taken for a report."""
    return [name for name, is_report in zip([*REPORTS, *OTHERS], said, strict=True) if is_report]


def test_vscode_knows_reports_by_their_first_line(texts: list[Path]) -> None:
    # GIVEN the pattern of the language WHEN first lines are held against it THEN those of reports fit, no others
    [language] = json.loads(MANIFEST.read_text())["contributes"]["languages"]
    assert taken([bool(re.search(language["firstLine"], text.read_text().split("\n")[0])) for text in texts]) == REPORTS


def test_emacs_knows_reports_by_their_first_lines(texts: list[Path]) -> None:
    # GIVEN Emacs with the documented configuration
    emacs = real_emacs()
    look = "(with-temp-buffer (insert-file-contents file) (princ (if (heapline--report-p) 1 0)))"
    command = [emacs, "--batch", "--eval", "(package-initialize)", "-l", str(CONFIGS / "emacs/heapline.el")]
    # WHEN it looks at each text
    done = subprocess.run(
        [*command, "--eval", f"(dolist (file command-line-args-left) {look})", *map(str, texts)],
        capture_output=True,
        text=True,
        check=True,
    )
    # THEN it takes the reports, and nothing else
    assert taken([said == "1" for said in done.stdout]) == REPORTS


def test_neovim_knows_reports_by_their_first_lines(texts: list[Path]) -> None:
    # GIVEN Neovim with the documented configuration
    neovim = real_neovim()
    setup = f"lua package.path = '{CONFIGS / 'neovim'}/?.lua'; require('heapline').setup({{ cmd = {{ 'true' }} }})"
    ask = "io.stdout:write(vim.bo.filetype == 'ruby-memory-report' and 1 or 0)"
    files = json.dumps(list(map(str, texts)))[1:-1]
    look = f"lua for _, file in ipairs({{ {files} }}) do vim.cmd('edit ' .. file); {ask} end"
    # WHEN it opens each text
    command = [neovim, "--clean", "--headless", "-c", setup, "-c", look, "-c", "qa!"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # THEN it gives the reports their file type, and nothing else
    assert taken([said == "1" for said in done.stdout]) == REPORTS
