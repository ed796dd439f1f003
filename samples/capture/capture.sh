#!/bin/sh
# Runs samples/NAME with real Ruby and renews samples/NAME/reports.
#
# usage: capture.sh NAME [gems]     "gems" lets the program use RubyGems, which makes its dumps larger
set -eu

name=$1
loading=--disable-gems
[ "${2:-}" = gems ] && loading=--enable-gems
samples=$(cd "$(dirname "$0")/.." && pwd)
. "$samples/capture/fresh_copy.sh"

fresh_copy capture
fresh_copy "$name"
cd "$root/$name"
mkdir reports

clean_ruby "$loading" "$root/capture/dumps.rb" "$root/$name" reports
for round in 1 2 3; do
    clean_ruby "$root/capture/oracle.rb" "reports/heap-$round.json" "reports/oracle-$round.json" \
        "reports/seen-$round.bin"
done
rm reports/seen-*.bin
clean_ruby "$root/capture/profiles.rb" "$root/$name" reports
gzip -9 -n reports/heap-*.json reports/oracle-*.json

rm -rf "$samples/$name/reports"
cp -R reports "$samples/$name/reports"
remove_copies capture "$name"
