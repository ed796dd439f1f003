#!/bin/sh
# Takes the dumps of main.rb with Debian's Ruby and with the Rubies from package.json, and renews the directories
# named after their versions.
#
# usage: capture.sh       after `npm ci` in this directory
set -eu

samples=$(cd "$(dirname "$0")/.." && pwd)
. "$samples/capture/fresh_copy.sh"

# take VERSION KIND
take() {
    case $1 in
    3.1) clean_ruby --disable-gems take.rb "$2" "$1/$2.json" "$1/seen.bin" ;;
    *) node "$samples/rubies/run.mjs" "$1" "$2" "$1" ;;
    esac
}

fresh_copy capture
fresh_copy rubies
cd "$root/rubies"

for version in 3.1 3.2 3.3 3.4 4.0; do
    mkdir "$version"
    for kind in full since untraced all-slots; do
        take "$version" "$kind"
        # Only the full dump holds every object that ObjectSpace sees.
        seen=
        oracle=$version/oracle-$kind.json
        if [ "$kind" = full ]; then
            seen=$version/seen.bin
            oracle=$version/oracle.json
        fi
        clean_ruby "$root/capture/oracle.rb" "$version/$kind.json" "$oracle" "$seen" "$root/rubies/mend.rb"
    done
    rm "$version/seen.bin"
    gzip -9 -n "$version"/*.json
    rm -rf "${samples:?}/rubies/$version"
    cp -R "$version" "$samples/rubies/$version"
done
remove_copies capture rubies
