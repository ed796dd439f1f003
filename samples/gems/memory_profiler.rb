# frozen_string_literal: true

# Profiles a sample's first round with memory_profiler, of any version, and prints it plain and with every option.
#
# usage: ruby memory_profiler.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "json"
require "memory_profiler"

sample, output = ARGV
require File.join(sample, "main")
results = MemoryProfiler.report(top: 1_000) { Main.work(1) }
name = "#{output}/memory_profiler-#{MemoryProfiler::VERSION}"
File.open("#{name}.txt", "w") { |io| results.pretty_print(io, allocated_strings: 20, retained_strings: 20) }
File.open("#{name}-color-scaled-normalized.txt", "w") do |io|
  results.pretty_print(io, color_output: true, scale_bytes: true, normalize_paths: true, allocated_strings: 20)
end
kept = %i[total_allocated total_allocated_memsize total_retained total_retained_memsize
          allocated_memory_by_location allocated_objects_by_location
          retained_memory_by_location retained_objects_by_location]
truth = kept.to_h { |method| [method, results.public_send(method)] }
File.write("#{name}.oracle.json", "#{JSON.generate(truth)}\n")
