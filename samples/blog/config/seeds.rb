# frozen_string_literal: true

# The same posts and comments every time.
module Seeds
  POSTS = 40
  COMMENTS = 3

  def self.plant
    POSTS.times do |n|
      post = Post.create!(
        title: "Post number #{n}",
        body: "There is much to say about number #{n}, and some of it twice. " * 12,
        published_at: Time.utc(2024, 5, 1) + (n * 3600)
      )
      COMMENTS.times { |c| post.comments.create!(author: "Reader #{c}", text: "Comment #{c} on number #{n}") }
    end
  end
end
