# frozen_string_literal: true

# Profiles a sample with Vernier: what its first round retains, and a profile of time with samples of allocations. Counts
# the same in Vernier's own tables, stack by stack, without the file.
#
# usage: ruby vernier.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "json"
require "vernier"

sample, output = ARGV
require File.join(sample, "main")

# For each line its own objects and bytes, and those of the stacks in which it occurs.
def by_line(table, samples, weights)
  lines = Hash.new { |all, line| all[line] = [0, 0, 0, 0] }
  samples.zip(weights) do |stack, weight|
    frames = Vernier::StackTable::Stack.new(table, stack).frames
    ruby = frames.reject { |frame| frame.line.zero? || frame.filename.start_with?("<") }
    at = ruby.map { |frame| "#{frame.filename}:#{frame.line}" }
    at.first(1).each { |line| lines[line][0] += 1 and lines[line][1] += weight }
    at.uniq.each { |line| lines[line][2] += 1 and lines[line][3] += weight }
  end
  lines
end

truth = {}
retained = Vernier.trace_retained(out: "#{output}/vernier-retained.vernier.json.gz") { Main.work(1) }
thread = retained.main_thread
truth[:retained] = by_line(retained.stack_table, thread[:samples], thread[:weights])

sampled = Vernier.profile(out: "#{output}/vernier-allocations.vernier.json.gz", allocation_interval: 10) { Main.work(2) }
thread = sampled.main_thread
stacks = thread[:allocations][:samples]
truth[:sampled] = by_line(sampled.stack_table, stacks, [1] * stacks.size)
File.write("#{output}/vernier.oracle.json", "#{JSON.generate(truth)}\n")
