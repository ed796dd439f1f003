#!/bin/bash
# Takes the pictures of the documentation anew, in a real VS Code with the packaged extension. Needs what tests/vscode needs,
# and pngquant. Look at each before you commit it.
set -euo pipefail
cd "$(dirname "$0")/../.."
pictures=$(mktemp -d)
trap 'rm -rf "$pictures"' EXIT
folder=samples/translate/reports
"${PYTHON:-.venv/bin/python}" -m heapline report $folder/heap-{1,2,3}.json.gz \
  --workspace samples/translate --html "$pictures/overview.html"
node tests/cli/browse.mjs "${HEAPLINE_CACHE:-$HOME/.cache/heapline-tests}/vscode" "$(command -v chromium)" \
  "$pictures/overview.html" "$pictures/overview.png" > /dev/null
pngquant --force --speed 1 --output docs/images/overview.png 128 "$pictures/overview.png"
HEAPLINE_SCREENSHOTS=$pictures "${PYTHON:-.venv/bin/python}" -m pytest -q -n 0 tests/vscode/test_vscode.py -k turns_it_all_off
for picture in load lens hover problems holders hot-lines dominators overview-vscode menu suspects; do
  pngquant --force --speed 1 --output "docs/images/$picture.png" 256 "$pictures/tour/$picture.png"
done
