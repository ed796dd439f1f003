# frozen_string_literal: true

class Post < ActiveRecord::Base
  has_many :comments

  # The planted bloat: to find the words used most it makes several strings of each word of the text, on every
  # request. Nothing of it stays, so it shows in a profile and not in a dump.
  def keywords(count)
    words = body.split.map { |word| word.downcase.gsub(/[^a-z0-9]/, "") }
    words.tally.max_by(count) { |_, times| times }.map(&:first)
  end

  def excerpt
    body[0, 80]
  end
end
