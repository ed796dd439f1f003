# frozen_string_literal: true

# Tells derailed_benchmarks how to boot the blog.
namespace :perf do
  task :rack_load do
    require_relative "config/environment"
    blog = Blog.new
    requests = 0
    DERAILED_APP = lambda do |env|
      blog.call(env.merge("HTTP_X_REQUEST_ID" => "request-#{requests += 1}"))
    end
  end
end
