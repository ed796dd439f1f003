# frozen_string_literal: true

require_relative "config/environment"
require "rack/mock"

# Drives the blog without a socket: readers who look at the front page and at posts.
module Main
  # Requests per round: 600 after the third.
  REQUESTS = { 1 => 150, 2 => 150, 3 => 300 }.freeze

  @browser = Rack::MockRequest.new(Blog.new)
  @requests = 0

  def self.work(round)
    REQUESTS.fetch(round).times { request(@requests += 1) }
  end

  def self.request(number)
    path = (number % 5).zero? ? "/" : "/posts/#{(number % Seeds::POSTS) + 1}"
    response = @browser.get(path, "HTTP_X_REQUEST_ID" => "request-#{number}")
    raise "#{path}: #{response.status}" unless response.ok?
  end
end

if $PROGRAM_NAME == __FILE__
  Main::REQUESTS.each_key do |round|
    Main.work(round)
    GC.start
    puts "round #{round}: #{PostSummaryCache::STORE.size} summaries stored, " \
         "#{RequestLog::SEEN.size} requests logged, #{GC.stat(:heap_live_slots)} live slots"
  end
end
