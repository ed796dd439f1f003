# frozen_string_literal: true

# Samples the allocations of a sample's first round with allocation_sampler, and keeps its results in each form that a
# user can keep.
#
# usage: ruby allocation_sampler.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "json"
require "pp"
require "allocation_sampler"

sample, output = ARGV
require File.join(sample, "main")
Sampler = ObjectSpace::AllocationSampler

sampler = Sampler.new(interval: 1)
sampler.enable
Main.work(1)
sampler.disable
result = sampler.result

lines = result.allocations_with_top_frame
File.write("#{output}/allocation_sampler-inspect.txt", "#{lines.inspect}\n")
File.write("#{output}/allocation_sampler-pp.txt", lines.pretty_inspect)
File.write("#{output}/allocation_sampler.json", JSON.generate(lines))
File.open("#{output}/allocation_sampler-stack.txt", "w") do |io|
  Sampler::Display::Stack.new(output: io).show(result.calltree)
end
truth = { by_type: result.allocations_by_type, samples: result.samples.sum { |_, count, _| count },
          frames: result.samples.map { |type, count, stack|
            [type, count, stack.map { |id, line| [result.frames[id].path, line, result.frames[id].name] }]
          } }
File.write("#{output}/allocation_sampler.oracle.json", "#{JSON.generate(truth)}\n")
