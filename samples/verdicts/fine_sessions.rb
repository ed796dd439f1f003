# frozen_string_literal: true

# Sessions that end: each is there for the next fifty units of work.
SESSIONS = {}

def work(number)
  SESSIONS[number] = { "user" => "user #{number}", "items" => Array.new(5) { |i| "item #{i}" } }
  SESSIONS.delete(number - 50)
end
