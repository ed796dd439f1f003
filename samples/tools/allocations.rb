# frozen_string_literal: true

# Profiles the three rounds of a sample with stackprof, each allocation a sample.
#
# usage: ruby allocations.rb SAMPLE_DIRECTORY OUTPUT_FILE

require "json"
require "stackprof"

sample, output = ARGV
require File.join(sample, "main")
profile = StackProf.run(mode: :object, interval: 1) { (1..3).each { |round| Main.work(round) } }
File.write(output, JSON.generate(profile))
