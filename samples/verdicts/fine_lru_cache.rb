# frozen_string_literal: true

# A full cache: it drops its oldest entry for each new one.
LIMIT = 100
RECENT = {}

def work(number)
  RECENT["page #{number}"] = { "html" => "<p>#{number}</p>", "at" => "#{number} o'clock" }
  RECENT.shift if RECENT.size > LIMIT
end
