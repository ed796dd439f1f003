# frozen_string_literal: true

# Prints Ruby's own counters before and after the work, as people print them.
#
# usage: ruby counters.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "json"
require "objspace"
require "pp"

sample, output = ARGV
require File.join(sample, "main")
GC.start
stat = [GC.stat]
objects = [ObjectSpace.count_objects]
Main.work(1)
GC.start
stat << GC.stat
objects << ObjectSpace.count_objects

File.write("#{output}/gc-stat-inspect.txt", stat.map { |found| "#{found.inspect}\n" }.join)
File.write("#{output}/gc-stat-pp.txt", stat.map { |found| found.pretty_inspect }.join)
File.write("#{output}/gc-stat.json", JSON.generate(stat.last))
File.write("#{output}/count-objects.txt", objects.map { |found| "#{found.inspect}\n" }.join)
File.write("#{output}/counters.oracle.json", JSON.generate(gc_stat: stat, count_objects: objects))
