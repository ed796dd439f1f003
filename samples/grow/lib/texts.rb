# frozen_string_literal: true

# Strings of every storage: embedded, on the heap, shared, frozen, binary, not ASCII, symbols.
module Texts
  KEPT = []
  LONG = ("a text that others share, from somewhere in it to its end; " * 20).freeze

  def self.make(n)
    KEPT << [embedded(n), heap(n), shared(n), binary(n), unicode(n), frozen(n), log_lines(n), symbol(n)]
  end

  def self.embedded(n)
    "short #{n}"
  end

  def self.heap(n)
    "a string that is too long to be kept in its slot, number #{n}"
  end

  def self.shared(n)
    LONG[(n % 500)..]
  end

  def self.binary(n)
    [n, n + 1, n + 2, n + 3].pack("Q*")
  end

  def self.unicode(n)
    "schöne Grüße zum #{n}. Mal"
  end

  def self.frozen(n)
    "frozen #{n}".freeze
  end

  def self.log_lines(n)
    Array.new(3) { |line| "2024-05-13T12:00:00Z INFO request=#{n} line=#{line} status=200" }
  end

  # Few, for symbols made at run time are slow to make and to collect.
  def self.symbol(n)
    :"symbol_#{n % 1000}"
  end
end
