# frozen_string_literal: true

# Profiles the three rounds of a sample with memory_profiler and prints the same results in every way it can.
#
# usage: ruby profiles.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "json"
require "memory_profiler"

# Keeps what was measured, so that one run can be ranked to any depth by the gem's own code.
module KeepsStats
  def register_results(allocated, retained, top)
    @stats = [allocated, retained]
    super
  end

  def top(count)
    dup.register_results(*@stats, count)
  end
end
MemoryProfiler::Results.prepend(KeepsStats)

# How each text is printed. "retained-strings" is as near as the gem comes to printing what was retained alone.
VARIANTS = {
  "" => {},
  "-color" => { color_output: true },
  "-scaled" => { scale_bytes: true },
  "-normalized" => { normalize_paths: true },
  "-color-scaled-normalized" => { color_output: true, scale_bytes: true, normalize_paths: true },
  "-no-strings" => { allocated_strings: 0, retained_strings: 0 },
  "-retained-strings" => { allocated_strings: 0, retained_strings: 10 },
  "-totals" => { detailed_report: false, allocated_strings: 0, retained_strings: 0 },
  "-totals-scaled" => { detailed_report: false, scale_bytes: true, allocated_strings: 0, retained_strings: 0 }
}.freeze

# What stands before the text when other programs print it.
NOISE = {
  "-derailed" => <<~TEXT,
    Booting: production
    Endpoint: "/posts"
    Running 20 times
  TEXT
  "-puma" => <<~TEXT
    Puma starting in single mode...
    * Puma version: 5.6.5 (ruby 3.1.2-p20) ("Birdie's Version")
    *  Min threads: 0
    *  Max threads: 5
    *  Environment: development
    *          PID: 7
    * Listening on http://127.0.0.1:9292
    Use Ctrl-C to stop
    ^C- Gracefully stopping, waiting for requests to finish
    === puma shutdown: 2024-05-13 12:00:00 +0000 ===
    - Goodbye!
  TEXT
}.freeze

DEFAULT_TOP = 50
COMPLETE = 1_000_000

# Every collection of the results, by the names the gem gives them.
def collections(results)
  totals = %i[total_allocated total_allocated_memsize total_retained total_retained_memsize]
  sections = MemoryProfiler::Results::TYPES.product(
    MemoryProfiler::Results::METRICS, MemoryProfiler::Results::NAMES
  ).map { |type, metric, name| :"#{type}_#{metric}_by_#{name}" }
  (totals + sections).to_h { |name| [name, results.public_send(name)] }
end

sample, output = ARGV
write = lambda do |suffix, results, before: "", **options|
  File.open("#{output}/memory_profiler#{suffix}.txt", "w") do |io|
    io << before
    results.pretty_print(io, **options)
  end
end

require File.join(sample, "main")
results = MemoryProfiler.report { (1..3).each { |round| Main.work(round) } }

default = results.top(DEFAULT_TOP)
VARIANTS.each { |suffix, options| write.call(suffix, default, **options) }
NOISE.each { |suffix, before| write.call(suffix, default, before: before) }
write.call("-top3", results.top(3))
write.call("-empty", MemoryProfiler.report { nil })

truth = { memory_profiler: MemoryProfiler::VERSION, **collections(results.top(COMPLETE)) }
File.write("#{output}/memory_profiler.oracle.json", "#{JSON.generate(truth)}\n")
