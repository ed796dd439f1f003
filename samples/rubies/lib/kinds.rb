# frozen_string_literal: true

# One object or more of each kind that Ruby writes differently.
module Kinds
  Point = Struct.new(:x, :y)
  Pair = Data.define(:left, :right) if defined?(Data) && Data.respond_to?(:define)

  class Node
    attr_accessor :next_node, :payload
  end

  class Bare < BasicObject
  end

  def self.strings
    [
      "plain",
      String.new("grows " * 100),
      "shared between two strings, because it is long"[7..],
      "Grüße, ❨╯°□°❩╯︵┻━┻",
      "not UTF-8: \xff",
      "\x00\x01 control \e[31m \u007f",
      "say \"hi\" \\ and / and \u2028",
      "bytes".b,
      "wide".encode(Encoding::UTF_16LE),
      "frozen".dup.freeze
    ]
  end

  def self.numbers
    [2**70, 1.0e-310, Float::NAN, Float::INFINITY, 3.25, Rational(1, 3), Complex(1, 2)]
  end

  def self.collections
    counted = Hash.new { |hash, key| hash[key] = 0 }
    counted[:once] += 1
    weak = ObjectSpace::WeakMap.new
    weak[counted] = counted
    [[], [1, 2, 3], Array.new(100) { |n| "item #{n}" }, counted, { 1 => "one" }.compare_by_identity,
     (1..20).to_h { |n| ["key #{n}", n] }, (1..), ("a".."z"), weak]
  end

  def self.objects
    owner = Object.new
    def owner.only_mine = "a method of one object alone"
    anonymous = Class.new { def initialize = @name = "of a class without a name" }
    counted = Object.new
    counted.object_id
    [owner, anonymous, anonymous.new, Module.new, Bare.new, counted, Point.new("east", "north"),
     (Pair.new("left", "right") if const_defined?(:Pair)), many_variables]
  end

  # More instance variables than fit into any slot.
  def self.many_variables
    Object.new.tap { |object| 40.times { |n| object.instance_variable_set(:"@variable_#{n}", "value #{n}") } }
  end

  def self.code
    kept = "kept by a closure"
    [proc { kept }, ->(x) { x + kept }, "text".method(:upcase), "text".match(/t(e)(x)t/), /dynamic #{kept}/,
     binding, [1, 2].each, :"made at #{kept.size}"]
  end

  def self.nested(depth)
    (1..depth).reduce([]) { |inner, _| [inner] }
  end

  def self.list(length)
    (1..length).reduce(nil) do |rest, n|
      Node.new.tap do |node|
        node.payload = "payload #{n}"
        node.next_node = rest
      end
    end
  end

  def self.circle
    first = { name: "first" }
    first[:itself] = first
    first[:other] = [first, first]
    first
  end

  Main::HELD.push(strings, numbers, collections, objects, code, nested(300), list(1_000), circle, File.open(__FILE__))
end
