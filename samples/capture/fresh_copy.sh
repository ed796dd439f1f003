# shellcheck shell=sh
# Sourced by the capture scripts; expects $samples (this directory's parent) to be set.
#
# Programs run from a copy under HEAPLINE_SAMPLE_ROOT (default /srv/heapline), as a container would have them:
# the paths in their reports must not be those of the machine that happened to make them.

root=${HEAPLINE_SAMPLE_ROOT:-/srv/heapline}

# Copies samples/$1 to $root/$1, without what was made there before. Replaces only what it made itself.
fresh_copy() {
    target=$root/$1
    marker=$target/.heapline-sample
    if [ -e "$target" ] && [ ! -e "$marker" ]; then
        echo "$target was not made by this script: move it away, or set HEAPLINE_SAMPLE_ROOT" >&2
        exit 1
    fi
    rm -rf "$target"
    if ! mkdir -p "$target"; then
        echo "cannot make $target: set HEAPLINE_SAMPLE_ROOT to a directory you may write to" >&2
        exit 1
    fi
    touch "$marker"
    (cd "$samples/$1" && tar -c --exclude=./reports --exclude=./node_modules --exclude='./[0-9].[0-9]' .) |
        tar -x -C "$target"
}

# Ruby in an environment that names nobody: HOME would show up in the dumps as RubyGems' user directory.
clean_ruby() {
    env -i PATH=/usr/bin:/bin HOME="$root" LANG=C.UTF-8 ruby "$@"
}

# Takes the copies away again: a path in a report shall not happen to exist where the report is read.
remove_copies() {
    cd "$samples"
    for name in "$@"; do
        rm -rf "${root:?}/$name"
    done
}
