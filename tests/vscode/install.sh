#!/bin/bash
# Installs a real VS Code (1.100.3, as the npm package code-server carries it) with its drivers, for tests/vscode.
# Goes to $HEAPLINE_CACHE/vscode (default: ~/.cache/heapline-tests/vscode); does nothing when it is there already.
# Needs: Node 20, npm, python3, gcc, g++, make, and Debian's packages chromium and ripgrep.
set -euo pipefail

version=4.100.3
here=$(cd "$(dirname "$0")" && pwd)
target=${HEAPLINE_CACHE:-$HOME/.cache/heapline-tests}/vscode
stamp=$target/installed
identity=$(cat "$here/install.sh" "$here/package-lock.json" | sha256sum)

mkdir -p "$target"
exec 9> "$target.lock"
flock 9 # two test runs that start together install once
if [ "$(cat "$stamp" 2> /dev/null)" = "$identity" ]; then exit 0; fi

for program in node npm python3 gcc g++ make chromium rg; do
  command -v "$program" > /dev/null || {
    echo "tests/vscode/install.sh: $program is missing (apt-get install nodejs npm build-essential python3 chromium ripgrep)" >&2
    exit 1
  }
done

rm -rf "$target"
mkdir -p "$target"
cp "$here/package.json" "$here/package-lock.json" "$target"
cd "$target"
export npm_config_yes=true # node-pty's build calls npx
node_prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
if [ -d "$node_prefix/include/node" ]; then export npm_config_nodedir=$node_prefix; fi # else node-gyp downloads them
install_packages() { npm "$@" --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error; }

install_packages ci
tar -xzf "$(npm pack --silent "code-server@$version")"
rm code-server-*.tgz
cd package/lib/vscode
install_packages install
npm rebuild --loglevel=error @vscode/spdlog node-pty native-watchdog # logs, terminals, an end with the parent
# The package fetches ripgrep from GitHub; the system's own serves as well.
mkdir -p node_modules/@vscode/ripgrep/bin
ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
ln -sfn node_modules node_modules.asar
cd extensions
install_packages install
echo "$identity" > "$stamp"
