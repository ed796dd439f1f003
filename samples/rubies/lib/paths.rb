# frozen_string_literal: true

# Objects allocated in files with awkward paths, and in code that never was in a file.
module Paths
  DIRECTORY = __dir__
  QUOTE = "#{DIRECTORY}/say \"hi\".rb"
  BACKSLASH = "#{DIRECTORY}/back\\slash.rb"
  LATIN1 = "#{DIRECTORY}/caf\xe9.rb".b
  UMLAUT = "#{DIRECTORY}/grüße.rb"
  SPACES = "#{DIRECTORY}/a  b: 7.rb"

  SOURCE = <<~RUBY
    # frozen_string_literal: true

    Main::HELD.push(Array.new(10) { |n| "made in an awkward file, #{'#{n}'}" })
  RUBY

  # Not every file system takes every name.
  def self.load_awkward(path)
    File.write(path, SOURCE)
    load path
  rescue SystemCallError => e
    warn "skipped #{path.inspect}: #{e.class}"
  end

  [QUOTE, BACKSLASH, LATIN1, UMLAUT, SPACES].each { |path| load_awkward(path) }

  Main::HELD.push(eval('Array.new(7) { |n| "made in eval #{n}" }'))
  Main::HELD.push(eval('Array.new(3) { |n| "made in a template #{n}" }', binding, "(erb)", 12))
  Main::HELD.push(eval('Array.new(4) { |n| "made in a relative path #{n}" }', binding, "lib/relative.rb", 2))

  # As libraries do that generate methods: the line they name lies beyond the end of the file they name.
  class_eval <<~RUBY, __FILE__, __LINE__ + 1_000
    def self.generated
      Array.new(6) { |n| "made in a generated method \#{n}" }
    end
  RUBY
  Main::HELD.push(generated)
end
