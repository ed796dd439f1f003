# frozen_string_literal: true

# Callbacks that nobody takes back: each block keeps what is visible where it was written.
class Events
  def initialize
    @callbacks = [] # holds the leak
  end

  def subscribe(&callback)
    @callbacks << callback
  end
end
EVENTS = Events.new

def work(number)
  request = "request #{number}" * 10
  EVENTS.subscribe { request.size }
end
