# frozen_string_literal: true

# Runs a little of a sample, from its first line, and takes a report: a dump of all that was allocated, or for the blog,
# whose dumps are large, the text of memory_profiler.
#
# usage: ruby record.rb SAMPLE_DIRECTORY REPORT      REPORT ends in .json or in .txt

WORK = 20
STEPS = {
  "translate" => ->(number) { Main.view(Builder.build(number)) },
  "weakmap" => ->(number) { Main.serve(number) },
  "blog" => ->(number) { Main.request(number) }
}.freeze

sample, output = ARGV
step = STEPS.fetch(File.basename(output, ".*"))

if File.extname(output) == ".txt"
  require "memory_profiler"
  require File.join(sample, "main")
  MemoryProfiler.report { (1..WORK).each(&step) }.pretty_print(to_file: output)
else
  require "objspace"
  ObjectSpace.trace_object_allocations_start
  require File.join(sample, "main")
  (1..WORK).each(&step)
  GC.start
  File.open(output, "wb") { |dump| ObjectSpace.dump_all(output: dump, since: 0) }
end
