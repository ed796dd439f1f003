# frozen_string_literal: true

# Plain objects: few instance variables and many, structs, rationals, and some that hold each other in a circle.
module Records
  Point = Struct.new(:x, :y)
  Address = Struct.new(:street, :city, :zip, :country, keyword_init: true)

  # A person with the people that they know.
  class Person
    attr_reader :friends

    def initialize(number)
      @name = "Person #{number}"
      @address = Address.new(
        street: "#{number} Long Street",
        city: "City #{number % 50}",
        zip: format("%05d", number % 100_000),
        country: "Nowhere"
      )
      @friends = []
    end
  end

  # More variables than an object has room for in its slot.
  class Form
    def initialize(number)
      @number = number
      @title = "Form #{number}"
      @first = Point.new(number, nil)
      @last = Point.new(nil, number)
      @ratio = Rational(number, 7)
      @valid = nil
      @sent = false
    end
  end

  class Repository
    def initialize
      @people = []
      @forms = []
    end

    def add(people, form)
      @people.concat(people)
      @forms << form
    end
  end

  REPOSITORY = Repository.new

  def self.make(n)
    people = Array.new(3) { |offset| Person.new(n + offset) }
    people.each { |person| person.friends.concat(people) }
    REPOSITORY.add(people, Form.new(n))
  end
end
