# frozen_string_literal: true

# The images on show. It keeps them alive, which is its task, and drops the oldest.
class Gallery
  def initialize(limit)
    @limit = limit
    @images = []
  end

  def show(image)
    @images << image
    @images.shift if @images.size > @limit
  end
end
