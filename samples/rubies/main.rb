# frozen_string_literal: true

# A little of everything that a heap can hold, and much of what makes its dump hard to read.
module Main
  HELD = []
end

require_relative "lib/kinds"
require_relative "lib/names"
require_relative "lib/paths"
