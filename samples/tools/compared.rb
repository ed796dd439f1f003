# frozen_string_literal: true

# Compares two ways of building a text with benchmark-memory.
require "benchmark/memory"

Benchmark.memory do |x|
  x.report("one text") { +"" << "a" * 1_000 }
  x.report("many texts") { Array.new(1_000) { +"a" }.join }
  x.report("kept") { ($kept ||= []) << +"a" * 1_000 }
  x.compare!
end
