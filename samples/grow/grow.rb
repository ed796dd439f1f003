# frozen_string_literal: true

# Makes a heap dump of any size, by really allocating: traced, after a collection, from one process.
#
# usage: ruby --disable-gems grow.rb OBJECTS OUT
#   OBJECTS  how many objects shall be alive, about; 5,000,000 make a dump of 1.7 GB and take 1 GB of memory
#   OUT      the dump to write, as plain text
#
# A fifth of the objects, but no more than a million, form one linked list, and as many hang in one hash. The rest
# is made in batches of everything in lib/.

require "objspace"

objects, out = ARGV
abort "usage: ruby grow.rb OBJECTS OUT" unless out && objects.match?(/\A[\d_]+\z/)

ObjectSpace.trace_object_allocations_start

require_relative "lib/blog"
require_relative "lib/closures"
require_relative "lib/collections"
require_relative "lib/giants"
require_relative "lib/records"
require_relative "lib/texts"

# Makes as many objects as it is asked for.
module Grow
  GIANT_LIMIT = 1_000_000
  CALIBRATION = 200
  MAKERS = [Texts, Collections, Records, Closures, Blog].freeze

  @batches = 0

  def self.to(objects)
    giant = [objects / 5, GIANT_LIMIT].min
    Giants.chain(giant)
    Giants.table(giant)
    batches(CALIBRATION) # What only the first batch needs shall not count.
    before = live
    batches(CALIBRATION)
    per_batch = (live - before) / CALIBRATION.to_f
    batches([((objects - live) / per_batch).round, 0].max)
  end

  def self.batches(count)
    count.times { MAKERS.each { |maker| maker.make(@batches += 1) } }
  end

  def self.live
    GC.start
    GC.stat(:heap_live_slots)
  end
end

Grow.to(Integer(objects))
live = Grow.live
File.open(out, "wb") { |io| ObjectSpace.dump_all(output: io) }
puts "#{out}: #{live} live objects, #{File.size(out)} bytes"
