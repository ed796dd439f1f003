# frozen_string_literal: true

# Callbacks that are taken back when their request is done.
CALLBACKS = {}

def work(number)
  request = "request #{number}" * 10
  CALLBACKS[number] = -> { request.size }
  CALLBACKS.delete(number - 50)
end
