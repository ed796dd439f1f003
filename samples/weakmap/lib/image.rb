# frozen_string_literal: true

# A decoded image: large, and gone when nobody uses it.
class Image
  ROWS = 16
  ROW_BYTES = 256

  attr_reader :path, :rows

  def self.decode(path, seed)
    new(path, Array.new(ROWS) { |row| ((seed + row) % 256).chr.b * ROW_BYTES })
  end

  def initialize(path, rows)
    @path = path
    @rows = rows
  end
end
