# frozen_string_literal: true

# Runs one of derailed_benchmarks' tasks on a sample that answers each request with the work for one visitor, in the
# current directory.
#
# usage: ruby derailed_benchmarks.rb SAMPLE_DIRECTORY TASK

require "rake"
require "derailed_benchmarks"
require "derailed_benchmarks/tasks"

sample, task = ARGV
ENV["TEST_COUNT"] = "100" # requests a round

Rake::Task["perf:rack_load"].clear
task "perf:rack_load" do
  require File.join(sample, "main")
  visitor = 0
  DERAILED_APP = lambda do |_|
    Main.view(Builder.build(visitor += 1))
    [200, {}, []]
  end
end

Rake::Task[task].invoke
