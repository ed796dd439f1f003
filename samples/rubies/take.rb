# frozen_string_literal: true

# Takes one dump of main.rb. KIND is one of
#   full       traced, after GC.start, with what seen.rb sees of the same moment
#   since      only what was allocated after main.rb was loaded
#   untraced   without tracing: no allocation sites
#   all-slots  empty slots too
#
# usage: ruby take.rb KIND DUMP SEEN

require_relative "../capture/seen"

kind, dump, seen = ARGV
options = {}

ObjectSpace.trace_object_allocations_start unless kind == "untraced"
require_relative "main"

if kind == "full"
  Seen.write(dump, seen)
else
  if kind == "since"
    GC.start
    options[:since] = GC.count
    Main::HELD.push(Kinds.strings, Kinds.collections, Kinds.objects, Kinds.list(200), Names.begrüße("us"))
  end
  options[:full] = true if kind == "all-slots"
  GC.start
  File.open(dump, "wb") { |io| ObjectSpace.dump_all(output: io, **options) }
end
