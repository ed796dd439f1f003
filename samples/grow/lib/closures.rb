# frozen_string_literal: true

# Code that holds data: callbacks that were registered and never taken back.
module Closures
  CALLBACKS = Hash.new { |hash, event| hash[event] = [] }

  def self.make(n)
    CALLBACKS[n % 10] << on_save(n) << on_delete(n) << on_load("callback #{n}")
  end

  def self.on_save(n)
    payload = "what the callback keeps #{n}"
    proc { payload }
  end

  def self.on_delete(n)
    reason = { because: "reason #{n}" }
    ->(item) { [item, reason] }
  end

  def self.on_load(text)
    text.method(:upcase)
  end
end
