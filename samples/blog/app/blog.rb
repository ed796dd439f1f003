# frozen_string_literal: true

require_relative "../lib/page"
require_relative "../lib/post_summary_cache"
require_relative "../lib/request_log"

# The Rack application: a front page, and one page for each post.
class Blog
  def call(env)
    request = Rack::Request.new(env)
    RequestLog.record(request)

    case request.path_info
    when "/" then front_page
    when %r{\A/posts/(\d+)\z} then show(Post.find(Regexp.last_match(1)), env.fetch("HTTP_X_REQUEST_ID"))
    else [404, { "Content-Type" => "text/plain" }, ["no such page\n"]]
    end
  end

  private

  def front_page
    posts = Post.order(published_at: :desc).limit(10)
    Page.render("All posts", posts.map { |post| "#{post.title}: #{post.excerpt}" })
  end

  def show(post, request_id)
    summary = PostSummaryCache.fetch(post, request_id)
    Page.render(post.title, [summary.text, *summary.comments.map(&:text), *post.keywords(5)])
  end
end
