# frozen_string_literal: true

# Much is allocated, nothing is kept.
def work(number)
  Array.new(500) { |i| "row #{number} #{i}" }.map(&:upcase).join.size
end
