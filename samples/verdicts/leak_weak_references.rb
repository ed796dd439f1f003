# frozen_string_literal: true

require "weakref"

# The pages are collected, the wrappers around them are not.
PAGES = {} # holds the leak

def work(number)
  PAGES["page #{number}"] = WeakRef.new("content #{number}" * 100)
end
