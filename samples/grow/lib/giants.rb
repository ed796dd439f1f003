# frozen_string_literal: true

# Single structures so large that they break what is written with recursion, or with lines of limited length.
module Giants
  # One link of the list; all share one owner.
  class Link
    def initialize(rest, owner)
      @rest = rest
      @owner = owner
    end
  end

  OWNER = Object.new

  def self.chain(length)
    @chain = (1..length).reduce(nil) { |rest, _| Link.new(rest, OWNER) }
  end

  def self.table(entries)
    @table = {}
    entries.times { |n| @table[n] = "entry #{n}" }
  end
end
