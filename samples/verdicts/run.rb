# frozen_string_literal: true

# Runs a program of this directory with tracing on and takes a dump after each of three rounds of work.
#
# usage: ruby run.rb PROGRAM OUTPUT_DIRECTORY     PROGRAM defines work(number), one unit of work

require "objspace"

program, output = ARGV
ObjectSpace.trace_object_allocations_start
require File.expand_path(program)

number = 0
(1..3).each do |round|
  240.times do
    work(number += 1)
    GC.start(full_mark: false) if (number % 20).zero?
  end
  GC.start
  File.open("#{output}/heap-#{round}.json", "wb") { |dump| ObjectSpace.dump_all(output: dump) }
end
