#!/bin/bash
# Takes the pictures of the documentation anew, in a real VS Code with the packaged extension. Needs what tests/vscode needs,
# and pngquant. Look at each before you commit it.
set -euo pipefail
cd "$(dirname "$0")/../.."
pictures=$(mktemp -d)
trap 'rm -rf "$pictures"' EXIT
HEAPLINE_SCREENSHOTS=$pictures "${PYTHON:-.venv/bin/python}" -m pytest -q -n 0 tests/vscode/test_vscode.py -k turns_it_all_off
for picture in load lens hover problems holders hot-lines dominators menu; do
  pngquant --force --speed 1 --output "docs/images/$picture.png" 256 "$pictures/tour/$picture.png"
done
