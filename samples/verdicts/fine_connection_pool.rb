# frozen_string_literal: true

# Connections that are made by need, up to five, and used in turn; each has a buffer that is used again.
Connection = Struct.new(:number, :buffer)
POOL = []

def work(number)
  POOL << Connection.new(number, Array.new(50) { |i| "slot #{i}" }) if POOL.size < 5 && (number % 7).zero?
  return if POOL.empty?

  POOL[number % POOL.size].buffer[number % 50] = "answer #{number}"
end
