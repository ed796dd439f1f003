# frozen_string_literal: true

# One row of the visitors table with what hangs on it.
class Record
  attr_reader :id, :locale, :attributes, :roles

  def initialize(id, locale, attributes, roles)
    @id = id
    @locale = locale
    @attributes = attributes
    @roles = roles
    @changes = []
    @errors = Hash.new { |errors, field| errors[field] = [] }
  end

  def name
    attributes.fetch("name")
  end
end
