#!/bin/sh
# Runs memory tools that Debian 12 does not package on samples/translate, and renews what they wrote in
# samples/gems/reports. Installs nothing: README.md says what each tool needs.
#
# usage: capture.sh TOOL…      of: heap-profiler allocation_tracer allocation_sampler rbheap rbtrace vernier
#                              memory_profiler rack-mini-profiler derailed_benchmarks
set -eu

samples=$(cd "$(dirname "$0")/.." && pwd)
. "$samples/capture/fresh_copy.sh"
for name in gems translate; do fresh_copy "$name"; done
scripts=$root/gems
reports=$scripts/reports
program=$root/translate
mkdir "$reports"
cd "$program"

# Like clean_ruby, but with the libraries that RUBYLIB names.
ruby_with() {
    env -i PATH="$PATH" HOME="$root" LANG=C.UTF-8 RUBYLIB="${RUBYLIB:-}" ruby "$@"
}

for tool in "$@"; do
    case $tool in
    heap-profiler)
        ruby_with --disable-gems "$scripts/heap_profiler.rb" "$program" "$reports"
        gzip -9 -n "$reports"/heap-profiler/*.heap "$reports"/heap-profiler*.txt
        ;;
    allocation_tracer | allocation_sampler | vernier)
        ruby_with "$scripts/$tool.rb" "$program" "$reports"
        ;;
    memory_profiler)
        ruby_with "$scripts/memory_profiler.rb" "$program" "$reports"
        gzip -9 -n "$reports"/memory_profiler*.txt
        ;;
    rack-mini-profiler)
        ruby_with "$scripts/rack_mini_profiler.rb" "$program" "$reports"
        ;;
    derailed_benchmarks)
        : >Gemfile
        bundle lock --local >/dev/null 2>&1
        ruby_with "$scripts/derailed_benchmarks.rb" "$program" perf:heap_diff >"$reports/derailed-perf-heap_diff.txt"
        for number in 0 1 2; do
            gzip -9 -n -c tmp/*-heap-$number.ndjson >"$reports/derailed-heap-$number.ndjson.gz"
        done
        ;;
    rbheap)
        for round in 1 2 3; do
            gunzip -c "$samples/translate/reports/heap-$round.json.gz" >"heap-$round.json"
        done
        rbheap leak heap-1.json heap-2.json heap-3.json >"$reports/rbheap.txt"
        rbheap leak --verbose heap-1.json heap-2.json heap-3.json >"$reports/rbheap-verbose.txt"
        rbheap leak --format json heap-1.json heap-2.json heap-3.json >"$reports/rbheap.json"
        gzip -9 -n "$reports"/rbheap*
        ;;
    rbtrace)
        ruby_with "$scripts/rbtrace.rb" "$program" >pid &
        until grep -q . pid; do sleep 0.1; done
        rbtrace -p "$(cat pid)" --memory >"$reports/rbtrace-memory.txt"
        kill "$(cat pid)"
        ;;
    *)
        echo "$tool: is none of the tools that this script knows" >&2
        exit 1
        ;;
    esac
done

mkdir -p "$samples/gems/reports"
cp -R "$reports/." "$samples/gems/reports"
remove_copies gems translate
