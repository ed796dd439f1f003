# frozen_string_literal: true

# A cache whose keys equal only themselves: none is ever found again.
User = Struct.new(:name)
CACHE = {} # holds the leak

def work(number)
  user = User.new("user #{number}")
  CACHE[user] ||= "greeting for #{user.name}"
end
