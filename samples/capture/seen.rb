# frozen_string_literal: true

require "objspace"

# What Ruby itself says of the objects in its memory, asked of ObjectSpace object by object.
#
# The result is marshalled, for a dump is taken from the same process and a JSON library in it would be part of
# every dump.
module Seen
  # Unbound, because a class may define methods of these names, and a BasicObject has none.
  CLASS_OF = Kernel.instance_method(:class)
  NAME_OF = Module.instance_method(:name)

  # Taking a dump and asking for objects allocates: what comes from these files differs between the two. Tracing
  # stays on all the same, since a new object that is not traced may be taken for the dead one in whose slot it
  # lies (the tracer misses the death of objects when it sets off a collection itself).
  IGNORED = [__FILE__, ObjectSpace.method(:dump_all).source_location.first].freeze

  # Writes the dump and, of the same moment, what ObjectSpace.each_object sees.
  #
  # dump_path: where the dump goes, as plain text.
  # seen_path: where the marshalled result of #objects goes.
  def self.write(dump_path, seen_path)
    GC.start
    GC.disable
    File.open(dump_path, "wb") { |dump| ObjectSpace.dump_all(output: dump) }
    seen = { ruby: RUBY_VERSION, gc_count: GC.count, ignored: IGNORED, objects: objects }
    File.binwrite(seen_path, Marshal.dump(seen))
  ensure
    GC.enable
  end

  # => {[path, line, generation, class name, singleton class?] => [objects, bytes]} over all objects with a
  # known allocation site; path is binary, as Ruby recorded it.
  def self.objects
    sizes.each_with_object({}) do |(object, bytes), counts|
      count = (counts[[*site(object), *class_of(object)]] ||= [0, 0])
      count[0] += 1
      count[1] += bytes
    end
  end

  # All sizes before all other questions: asking an object for its class can make that class larger, by the
  # method cache that the call leaves in it.
  def self.sizes
    sizes = []
    ObjectSpace.each_object do |object|
      sizes << [object, ObjectSpace.memsize_of(object)] if ObjectSpace.allocation_sourcefile(object)
    end
    sizes
  end

  def self.site(object)
    [ObjectSpace.allocation_sourcefile(object).b, ObjectSpace.allocation_sourceline(object),
     ObjectSpace.allocation_generation(object)]
  end

  def self.class_of(object)
    klass = CLASS_OF.bind_call(object)
    [NAME_OF.bind_call(klass) || "(anonymous)", Class === object && object.singleton_class?]
  end
end
