#!/bin/sh
# Runs Ruby's other memory tools on the samples and renews samples/tools/reports.
#
# Needs derailed_benchmarks, heapy, stackprof, benchmark-memory, Bundler, Valgrind, gcc and Ruby's headers
# (on Debian 12: ruby-derailed-benchmarks ruby-heapy ruby-stackprof ruby-benchmark-memory ruby-rack-test bundler
# valgrind gcc ruby-dev).
set -eu

samples=$(cd "$(dirname "$0")/.." && pwd)
. "$samples/capture/fresh_copy.sh"
for name in blog translate native tools; do fresh_copy "$name"; done
reports=$root/tools/reports
mkdir "$reports"

cd "$root/blog"
bundle install --local --quiet
export CUT_OFF=0.1 TEST_COUNT=20 PATH_TO_HIT=/posts/3
bundle exec derailed bundle:mem >"$reports/derailed-bundle-mem.txt" 2>&1
bundle exec derailed bundle:objects >"$reports/derailed-bundle-objects.txt" 2>&1
for task in mem objects heap; do
    bundle exec derailed exec "perf:$task" >"$reports/derailed-perf-$task.txt" 2>&1
done
TEST_COUNT=1000000 timeout 20 bundle exec derailed exec perf:mem_over_time \
    >"$reports/derailed-perf-mem_over_time.txt" 2>&1 || true # it runs until it is stopped

cd "$reports"
for round in 1 2 3; do
    gunzip -c "$samples/translate/reports/heap-$round.json.gz" >"../heap-$round.json"
done
heapy read ../heap-3.json >heapy-read.txt
heapy read ../heap-3.json all >heapy-read-all.txt
heapy read ../heap-3.json 8 >heapy-read-8.txt
heapy diff ../heap-1.json ../heap-2.json >heapy-diff.txt
heapy diff ../heap-1.json ../heap-2.json ../heap-3.json >heapy-diff-retained.txt

ruby "$root/tools/allocations.rb" "$root/translate" stackprof.json
stackprof --file "$root/translate" stackprof.json >stackprof.oracle.txt
ruby "$root/tools/counters.rb" "$root/translate" .
ruby "$root/tools/compared.rb" >benchmark-memory.txt

cd "$root/native"
ruby extconf.rb >/dev/null
make --quiet
checked="valgrind --num-callers=50 --error-limit=no --undef-value-errors=no --leak-check=full"
$checked --show-leak-kinds=definite,possible --xml=yes --xml-file="$reports/valgrind.xml" \
    ruby --disable-gems main.rb
$checked --show-leak-kinds=definite,possible ruby --disable-gems main.rb 2>"$reports/valgrind.txt"
make --quiet clean
ruby extconf.rb --with-cflags="-g -O0 -fsanitize=address" >/dev/null
make --quiet
LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=fast_unwind_on_malloc=0 \
    ruby --disable-gems main.rb 2>"$reports/lsan.txt" || true

cd "$reports"
gzip -9 -n valgrind.xml valgrind.txt lsan.txt derailed-bundle-objects.txt
rm -rf "$samples/tools/reports"
cp -R "$reports" "$samples/tools/reports"
remove_copies blog translate native tools
