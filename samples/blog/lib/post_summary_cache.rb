# frozen_string_literal: true

# Summaries of posts, so that they need not be made again.
#
# The planted leak: the key names the request, and no request comes twice. Each entry keeps the post with its
# comments, most of which the database library allocated: little of it on a line of this program, all of it held
# by this one.
module PostSummaryCache
  Summary = Struct.new(:text, :comments)

  STORE = {}

  def self.fetch(post, request_id)
    STORE[[post, request_id]] ||= summarize(post)
  end

  def self.summarize(post)
    Summary.new("#{post.title}, with #{post.comments.size} comments", post.comments.to_a)
  end
end
