# frozen_string_literal: true

require_relative "lib/gallery"
require_relative "lib/image"
require_relative "lib/image_registry"
require_relative "lib/watermarks"

# An image server: it decodes images, shows a few of them, and forgets them. It forgets the images indeed, but
# see lib/image_registry.rb for what it does not forget.
module Main
  # Images per round: 8,000 after the third.
  IMAGES = { 1 => 2_000, 2 => 2_000, 3 => 4_000 }.freeze

  REGISTRY = ImageRegistry.new
  WATERMARKS = Watermarks.new
  GALLERY = Gallery.new(20)

  @number = 0

  def self.work(round)
    IMAGES.fetch(round).times { serve(@number += 1) }
  end

  def self.serve(number)
    path = "/pictures/2024/summer/#{number}.jpg"
    image = REGISTRY.fetch(path) { Image.decode(path, number) }
    WATERMARKS.mark(image)
    GALLERY.show(image)
  end
end

if $PROGRAM_NAME == __FILE__
  Main::IMAGES.each_key do |round|
    Main.work(round)
    GC.start
    puts "round #{round}: #{Main::REGISTRY.size} wrappers around #{Main::REGISTRY.alive} images, " \
         "#{Main::WATERMARKS.size} watermarks, #{GC.stat(:heap_live_slots)} live slots"
  end
end
