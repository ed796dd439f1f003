# frozen_string_literal: true

# Counts the allocations of a sample's first round with allocation_tracer, and prints them as its README says.
#
# usage: ruby allocation_tracer.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "json"
require "pp"
require "allocation_tracer"

sample, output = ARGV
require File.join(sample, "main")
Tracer = ObjectSpace::AllocationTracer

def by_line(found)
  found.each_with_object({}) do |((path, line), (count, *, bytes)), lines|
    known = (lines["#{path}:#{line}"] ||= [0, 0])
    known[0] += count
    known[1] += bytes
  end
end

truth = {}
{ "" => %i[path line], "-by-class" => %i[path line class], "-by-type" => %i[path line type] }.each do |suffix, columns|
  Tracer.setup(columns)
  found = Tracer.trace { Main.work(1) }
  truth[suffix] = by_line(found)
  # the table, as allocation_tracer/trace prints it when a program ends
  rows = found.map { |key, numbers| (key + numbers).join("\t") }
  File.write("#{output}/allocation_tracer#{suffix}.tsv", [Tracer.header.join("\t"), *rows, ""].join("\n"))
  File.write("#{output}/allocation_tracer#{suffix}-pp.txt", found.pretty_inspect)
end
File.write("#{output}/allocation_tracer.oracle.json", "#{JSON.generate(truth)}\n")
