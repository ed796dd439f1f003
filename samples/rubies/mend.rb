# frozen_string_literal: true

require "json"

# Puts right the lines that Ruby wrote wrong, which only works because it knows what main.rb put there.
module Mend
  FILES = ['say "hi".rb', 'back\\slash.rb'].freeze
  LATIN1 = "caf\xe9.rb".b
  TEMPORARY = 'table "x" \\ <5>'

  def self.line(bytes)
    line = bytes.b
    FILES.each { |name| line = file(line, name) { |path| JSON.generate(path) } }
    line = file(line, LATIN1) { |path| %("", "file_base64":"#{[path].pack('m0')}") }
    line = line.sub(%("name":"#{TEMPORARY}")) { %("name":#{JSON.generate(TEMPORARY)}) }
    # Ruby 3.1 writes rubbish for each byte of a method's name that is not ASCII.
    line.sub(/"method":".*", "generation":/mn, '"method":"", "generation":')
  end

  # Puts what the block makes of the whole path in place of a path that ends in this name.
  def self.file(line, name)
    line.sub(%r{"file":"([^"]*/#{Regexp.escape(name)})"}n) { %("file":#{yield Regexp.last_match(1)}) }
  end
end
