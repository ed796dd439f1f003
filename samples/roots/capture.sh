#!/bin/sh
# Runs the sample programs with their files, and their gems, where deployments put them, and renews
# samples/roots/reports. They run in a root folder of their own: nothing is made in this machine's.
#
# usage: capture.sh       needs what README.md lists, and a kernel that lets users make namespaces
set -eu

samples=$(cd "$(dirname "$0")/.." && pwd)

if [ "${1:-}" != inside ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    if ! refusal=$(unshare --map-root-user --mount true 2>&1); then
        echo "cannot make a root folder for the programs: $refusal" >&2
        echo "The kernel must let you make namespaces for users and mounts; Docker's default profile does not." >&2
        exit 1
    fi
    HEAPLINE_SAMPLE_ROOT=$work/copies
    . "$samples/capture/fresh_copy.sh"
    for name in roots translate weakmap blog; do fresh_copy "$name"; done
    mkdir "$work/root" "$work/reports"
    unshare --map-root-user --mount "$0" inside "$work"
    rm -rf "$samples/roots/reports"
    cp -R "$work/reports" "$samples/roots/reports"
    exit
fi

# The new root folder has Ruby from this machine, and else what `deploy` puts there.
copies=$2/copies
mount -t tmpfs none "$2/root"
cd "$2/root"
mkdir usr dev reports
mount --rbind /usr usr
mount -t tmpfs none usr/local
mount -t tmpfs none usr/share/rubygems-integration/all
mount --rbind /dev dev
mount --bind "$2/reports" reports
for name in bin lib lib64; do ln -s "usr/$name" "$name"; done
cp -R "$copies/roots" .

# deploy NAME FOLDER GEM_HOME: the program to a folder, and its gems to another
deploy() {
    mkdir -p ".$2" ".$3"
    cp -R "$copies/$1/." ".$2"
    cp -R /usr/share/rubygems-integration/all/. ".$3" # hidden in the new root folder only
}

# ruby_there GEM_HOME ARGUMENT…
ruby_there() {
    gems=$1
    shift
    chroot . /usr/bin/env -i PATH=/usr/bin:/bin HOME=/ LANG=C.UTF-8 GEM_HOME="$gems" ruby "$@"
}

# record ROOT NAME.EXTENSION FOLDER GEM_HOME: a report of the program as it runs in that folder
record() {
    mkdir -p "reports/$1"
    ruby_there "$4" /roots/record.rb "$3" "/reports/$1/$2"
    ruby_there "$4" --disable-gems /roots/lines.rb "/reports/$1/$2" "/reports/$1/${2%.*}.lines.json"
}

for report in translate.json weakmap.json blog.txt; do
    name=${report%.*}
    gems=/usr/local/bundle/ruby/3.1.0
    deploy "$name" /app "$gems"
    record app "$report" /app "$gems"

    gems=/var/www/x/shared/bundle/ruby/3.1.0
    deploy "$name" /var/www/x/releases/20260101120000 "$gems"
    ln -s releases/20260101120000 var/www/x/current
    record release "$report" /var/www/x/releases/20260101120000 "$gems"
    record current "$report" /var/www/x/current "$gems"

    rm -r app var usr/local/bundle
done
gzip -9 -n reports/*/*
