# frozen_string_literal: true

# Every visitor gets methods of their own, and so a class of their own, and is kept.
VISITORS = [] # holds the leak

def work(number)
  visitor = Object.new
  visitor.define_singleton_method(:number) { number }
  VISITORS << visitor
end
