# frozen_string_literal: true

# Writes what the lines that a report names were where it was taken: the file that each path led to, and the text of
# the line in it.
#
# usage: ruby lines.rb REPORT LINES
#   REPORT  a plain heap dump, or the text of memory_profiler
#   LINES   the JSON to write; README.md describes its shape

require "json"

# The sections of memory_profiler's text that are of lines, and their rows.
BY_LOCATION = /\A\w+ \w+ by location$/
ROW = %r{^ *\d+  (/.+):(\d+)$}

report, output = ARGV
sites = if File.extname(report) == ".json"
          File.foreach(report).map { |line| JSON.parse(line).values_at("file", "line") }
        else
          sections = File.read(report).split("\n\n").grep(BY_LOCATION)
          sections.flat_map { |rows| rows.scan(ROW) }.map { |path, line| [path, Integer(line)] }
        end

named = sites.uniq.select { |path, line| path && File.file?(path) && line.to_i.positive? }.sort
truth = named.map do |path, line|
  { path: path, line: line, file: File.realpath(path), text: File.foreach(path).first(line)[line - 1]&.chomp }
end
File.write(output, "#{JSON.generate(truth)}\n")
