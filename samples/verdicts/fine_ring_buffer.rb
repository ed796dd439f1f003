# frozen_string_literal: true

# The last lines of a log, in an array whose slots are used again and again.
LINES = Array.new(120)

def work(number)
  LINES[number % 120] = { "line" => "GET /posts/#{number}", "at" => "#{number} o'clock" }
end
