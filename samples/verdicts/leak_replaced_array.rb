# frozen_string_literal: true

# An array that is replaced by a longer one each time: the array is always new, its owner is not.
class Basket
  def initialize
    @items = []
  end

  def add(item)
    @items += [item]
  end
end
BASKET = Basket.new # holds the leak

def work(number)
  BASKET.add("item #{number}")
end
