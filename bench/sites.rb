# frozen_string_literal: true

# Writes a heap dump with an object on each of many lines: ruby bench/sites.rb DUMP < LINES, each of them PATH:LINE.
require "objspace"

lines = $stdin.each_line(chomp: true).map { |line| line.match(/\A(.*):(\d+)\z/).captures }
KEPT = Array.new(lines.size)
ObjectSpace.trace_object_allocations_start
lines.each_with_index { |(path, line), index| KEPT[index] = eval("Object.new", nil, path, line.to_i) }
ObjectSpace.trace_object_allocations_stop
File.open(ARGV.fetch(0), "w") { |file| ObjectSpace.dump_all(output: file) }
