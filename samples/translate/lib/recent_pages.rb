# frozen_string_literal: true

# The pages seen last. Its objects are young in every dump, and still it is no leak: it drops its oldest page.
class RecentPages
  def initialize(limit)
    @limit = limit
    @pages = {}
  end

  def add(id, html)
    @pages.delete(id)
    @pages[id] = html
    @pages.shift if @pages.size > @limit
  end

  def size
    @pages.size
  end
end
