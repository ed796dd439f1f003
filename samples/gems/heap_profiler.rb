# frozen_string_literal: true

# Profiles the first round of a sample with heap-profiler, prints it in both ways, and counts the lines by the gem's own
# analysis, none left out.
#
# usage: ruby heap_profiler.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "fileutils"
require "json"
require "heap-profiler"
require "heap_profiler/full"

sample, output = ARGV
captured = "#{output}/heap-profiler"
require File.join(sample, "main")
HeapProfiler.report(captured) { Main.work(1) }

PRINTED = { scale_bytes: true, normalize_paths: true }.freeze # as its command does
WAYS = { "-scaled" => PRINTED, "-plain" => {} }.freeze
WAYS.each do |suffix, options|
  File.open("#{output}/heap-profiler#{suffix}.txt", "w") do |io|
    HeapProfiler::DiffResults.new(captured).pretty_print(io, **options)
  end
  File.open("#{output}/heap-profiler-single#{suffix}.txt", "w") do |io|
    HeapProfiler::HeapResults.new("#{captured}/allocated.heap").pretty_print(io, **options)
  end
end
File.open("#{output}/heap-profiler-color.txt", "w") do |io|
  HeapProfiler::DiffResults.new(captured).pretty_print(io, color_output: true, **PRINTED)
end

diff = HeapProfiler::Diff.new(captured)
index = HeapProfiler::Index.new(diff.allocated)
heaps = { allocated: diff.allocated_diff, retained: diff.retained_diff, single: diff.allocated }
truth = heaps.transform_values do |heap|
  found = HeapProfiler::Analyzer.new(heap, index).run(%w[memory objects], %w[location])
  total, location = found.values_at("total", "location")
  {
    objects: total.objects, bytes: total.memory,
    objects_by_location: location.stats("objects"), bytes_by_location: location.stats("memory")
  }
end
File.write("#{output}/heap-profiler.oracle.json", "#{JSON.generate(truth)}\n")
