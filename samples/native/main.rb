# frozen_string_literal: true

require_relative "leaky"

100.times { |number| Leaky.greet("number #{number.to_s.rjust(4)}") }
Leaky.chain(10)
Leaky.middle(5000)
Leaky.careful(100_000)
