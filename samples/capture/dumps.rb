# frozen_string_literal: true

# Runs a sample with tracing from before its first line, and takes a dump after each of its three rounds.
#
# usage: ruby dumps.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require_relative "seen"

sample, output = ARGV
ObjectSpace.trace_object_allocations_start
require File.join(sample, "main")

(1..3).each do |round|
  Main.work(round)
  Seen.write("#{output}/heap-#{round}.json", "#{output}/seen-#{round}.bin")
end
