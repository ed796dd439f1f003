# frozen_string_literal: true

# Four threads that work on what comes through a queue.
JOBS = Queue.new
DONE = Queue.new
WORKERS = Array.new(4) do
  Thread.new { loop { DONE << JOBS.pop.map { |text| text.upcase }.join } }
end

def work(number)
  JOBS << Array.new(50) { |i| "job #{number} #{i}" }
  DONE.pop
end
