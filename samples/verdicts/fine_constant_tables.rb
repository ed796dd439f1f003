# frozen_string_literal: true

# Large tables that are there from the start.
COUNTRIES = (1..3_000).to_h { |i| ["country #{i}", "capital of country #{i}"] }
PRICES = Array.new(2_000) { |i| { "price" => "#{i} EUR" } }

def work(number)
  COUNTRIES["country #{number}"]&.upcase
  PRICES[number].to_s
end
