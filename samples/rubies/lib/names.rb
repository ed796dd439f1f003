# frozen_string_literal: true

# Names that Ruby may write into a dump without escaping them.
module Names
  # A class whose name was set for the time being: from Ruby 3.3 on.
  TEMPORARY = 'table "x" \\ <5>'

  def self.begrüße(name)
    "a method with an umlaut greets " + name
  end

  def self.❨╯°□°❩╯︵┻━┻
    Array.new(5) { |n| "flipped table #{n}" }
  end

  # Named like a hash key, with a quote in it.
  define_method(:'say "hi"') { "said by a method with a quote #{object_id}" }

  def self.named
    named = Class.new
    named.set_temporary_name(TEMPORARY) if named.respond_to?(:set_temporary_name)
    named
  end

  Main::HELD.push(begrüße("you"), ❨╯°□°❩╯︵┻━┻, Object.new.extend(self).send(:'say "hi"'), named, named.new)
end
