# frozen_string_literal: true

# Asks rack-mini-profiler for the page ?pp=profile-memory of an application that runs a sample's first round.
#
# usage: ruby rack_mini_profiler.rb SAMPLE_DIRECTORY OUTPUT_DIRECTORY

require "memory_profiler"
require "rack"
require "rack/mock"
require "rack-mini-profiler"

sample, output = ARGV
require File.join(sample, "main")
Rack::MiniProfiler.config.enable_advanced_debugging_tools = true
Rack::MiniProfiler.config.storage = Rack::MiniProfiler::MemoryStore
application = lambda do |_env|
  Main.work(1)
  [200, { "content-type" => "text/html" }, ["<html><body></body></html>"]]
end
page = Rack::MockRequest.new(Rack::MiniProfiler.new(application)).get("/?pp=profile-memory")
File.write("#{output}/rack-mini-profiler-profile-memory.txt", page.body)
