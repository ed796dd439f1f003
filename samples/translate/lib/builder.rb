# frozen_string_literal: true

require_relative "record"

# Builds the record of a visitor as a database layer would: one object that drags a graph along.
module Builder
  LOCALES = %i[de en fr].freeze
  ROLES = %w[reader writer editor].freeze

  def self.build(id)
    attributes = {
      "id" => id,
      "name" => "Visitor Number #{id}",
      "email" => "visitor-#{id}@example.org",
      "address" => address(id)
    }
    Record.new(id, LOCALES[id % LOCALES.size], attributes, roles(id))
  end

  def self.address(id)
    {
      "street" => "#{id} Long Street, Second Backyard, Staircase #{id % 7}",
      "city" => "City of #{id % 100}"
    }
  end

  def self.roles(id)
    ROLES.first(1 + (id % ROLES.size)).map { |name| [name, "granted on day #{id}"] }
  end
end
