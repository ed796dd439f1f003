# frozen_string_literal: true

# A graph as an object-relational mapper builds it: records with attribute sets, types that all records share,
# associations that point back to their owner.
module Blog
  class Type
    def initialize(name)
      @name = name
    end
  end

  TEXT = Type.new("text")
  INTEGER = Type.new("integer")
  IDENTITY_MAP = {}

  class Attribute
    def initialize(name, raw, type)
      @name = name
      @raw = raw
      @type = type
      @value = nil
    end
  end

  class AttributeSet
    def initialize(values, types)
      @attributes = values.to_h { |name, raw| [name, Attribute.new(name, raw, types.fetch(name))] }
    end
  end

  class Association
    attr_reader :target

    def initialize(owner)
      @owner = owner
      @target = []
      @loaded = true
    end
  end

  class Record
    def initialize(values)
      @attributes = AttributeSet.new(values, self.class::TYPES)
      @associations = {}
      @new_record = false
    end

    def association(name)
      @associations[name] ||= Association.new(self)
    end
  end

  class Post < Record
    TYPES = { "id" => INTEGER, "title" => TEXT, "body" => TEXT }.freeze
  end

  class Comment < Record
    TYPES = { "id" => INTEGER, "author" => TEXT, "text" => TEXT }.freeze
  end

  def self.make(n)
    IDENTITY_MAP[n] = post(n).tap do |post|
      2.times { |index| post.association(:comments).target << comment(post, n, index) }
    end
  end

  def self.post(n)
    Post.new(
      "id" => n.to_s,
      "title" => "Post number #{n}",
      "body" => "What there is to say of #{n}. " * 3
    )
  end

  def self.comment(post, n, index)
    comment = Comment.new(
      "id" => "#{n}#{index}",
      "author" => "reader #{n % 100}",
      "text" => "Comment #{index} on #{n}"
    )
    comment.association(:post).target << post
    comment
  end
end
