# frozen_string_literal: true

require "weakref"

# Hands out an image again as long as somebody uses it, without keeping it alive.
#
# The planted leak: the collector takes the images, and nobody takes the entries. The path, the entry and the
# WeakRef around nothing stay forever.
class ImageRegistry
  Entry = Struct.new(:reference, :label)

  def initialize
    @entries = {}
  end

  def fetch(path)
    living(path) || yield.tap { |image| @entries[path] = Entry.new(WeakRef.new(image), "image at #{path}") }
  end

  def size
    @entries.size
  end

  def alive
    @entries.count { |_, entry| entry.reference.weakref_alive? }
  end

  private

  def living(path)
    @entries[path]&.reference&.__getobj__
  rescue WeakRef::RefError
    nil
  end
end
