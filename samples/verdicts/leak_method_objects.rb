# frozen_string_literal: true

# Hooks that are methods of requests: each keeps its request, and that its body.
class Request
  def initialize(body)
    @body = body
  end

  def finish = @body.size
end
AT_EXIT = [] # holds the leak

def work(number)
  AT_EXIT << Request.new("body #{number}" * 10).method(:finish)
end
