# frozen_string_literal: true

# A program that rbtrace attaches to: it runs a sample's first round, prints its process id, and waits to be ended.
#
# usage: ruby rbtrace.rb SAMPLE_DIRECTORY

require "rbtrace"
require "objspace"

ObjectSpace.trace_object_allocations_start
require File.join(ARGV.fetch(0), "main")
Main.work(1)
$stdout.puts Process.pid
$stdout.flush
loop { sleep 0.1 }
