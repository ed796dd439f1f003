# frozen_string_literal: true

require "set"

# Arrays, hashes and what is built of them.
module Collections
  RECENT = {}
  MATRICES = []

  def self.make(n)
    RECENT[n] = {
      pair: pair(n),
      row: row(n),
      tree: tree(3, n),
      tags: tags(n),
      counts: counts(n),
      set: set(n),
      range: (n..n + 1)
    }
    MATRICES << matrix(n)
  end

  def self.pair(n)
    [n, "second of #{n}"]
  end

  def self.row(n)
    Array.new(8) { |column| n * column * 1.0e-300 }
  end

  def self.tree(depth, n)
    return [n] if depth.zero?

    [tree(depth - 1, n), tree(depth - 1, n)]
  end

  def self.tags(n)
    {
      "color" => "color #{n % 16}",
      "size" => "size #{n % 7}"
    }
  end

  def self.counts(n)
    (1..12).to_h { |key| ["key_#{key}", n * key] }
  end

  def self.set(n)
    Set[n, n + 1, n + 2]
  end

  def self.matrix(n)
    Array.new(2) { |y| Array.new(4) { |x| (2**70) + (n * x * y) } }
  end
end
