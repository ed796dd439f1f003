# frozen_string_literal: true

# Writes what is true of a dump: counted once by Ruby over its objects, and once by Ruby's JSON library over the
# lines of the dump. Where both can see the same objects they must agree to the object and to the byte.
#
# usage: ruby oracle.rb DUMP ORACLE [SEEN [MEND]]
#   DUMP    a plain heap dump
#   ORACLE  the JSON to write; README.md describes its shape
#   SEEN    what seen.rb marshalled at the same moment, or "" where there is nothing to compare
#   MEND    a Ruby file that defines Mend.line(bytes) => bytes: puts right what Ruby wrote wrong in this dump

require "json"

# A running number of objects and bytes for each of several keys.
class Tally
  attr_reader :objects, :bytes

  def initialize(*breakdowns)
    @objects = @bytes = 0
    @breakdowns = breakdowns.to_h { |name| [name, Hash.new { |hash, key| hash[key] = [0, 0] }] }
  end

  def add(objects, bytes, **keys)
    @objects += objects
    @bytes += bytes
    keys.each do |name, key|
      count = @breakdowns.fetch(name)[key]
      count[0] += objects
      count[1] += bytes
    end
  end

  def to_h
    { objects: objects, bytes: bytes, **@breakdowns.transform_values { |counts| counts.sort.to_h } }
  end
end

# Tallies by allocation site.
class Sites
  def initialize(*breakdowns)
    @tallies = Hash.new { |hash, site| hash[site] = Tally.new(*breakdowns) }
  end

  def [](path, line)
    @tallies[[path, line]]
  end

  def counts
    @tallies.transform_values { |tally| [tally.objects, tally.bytes] }
  end

  def to_a
    @tallies.sort.map { |(path, line), tally| { **recorded(path), line: line, **tally.to_h } }
  end

  private

  # A path that is not UTF-8 cannot stand in JSON as it is.
  def recorded(path)
    text = path.dup.force_encoding(Encoding::UTF_8)
    text.valid_encoding? ? { path: text } : { path_base64: [path].pack("m0") }
  end
end

# The half that ObjectSpace.each_object gave.
class SeenObjects
  attr_reader :comparable

  def initialize(seen)
    @total = Tally.new(:generations, :classes)
    @sites = Sites.new(:generations, :classes)
    @comparable = Sites.new
    ignored = seen.fetch(:ignored).map(&:b)
    seen.fetch(:objects).each { |key, count| add(*key, count) unless ignored.include?(key.first) }
  end

  def to_h
    { totals: @total.to_h, sites: @sites.to_a }
  end

  private

  def add(path, line, generation, class_name, singleton, count)
    keys = { generations: generation, classes: class_name }
    @total.add(*count, **keys)
    @sites[path, line].add(*count, **keys)
    @comparable[path, line].add(*count) unless singleton
  end
end

# The half that the lines of the dump gave.
class DumpLines
  NO_OBJECTS = %w[ROOT SHAPE NONE].freeze
  # ObjectSpace.each_object passes these by.
  INTERNAL = %w[IMEMO ICLASS NODE ZOMBIE].freeze
  # A record that Ruby damaged may have a line end in its midst.
  FIRST_BYTES = /\A\{"(?:address|type)":/n
  WRONG_ESCAPE = %r{(?<!\\)(?:\\\\)*\\[^"\\/bfnrtu]}

  attr_reader :comparable

  def initialize(path, mend)
    @mend = mend
    @total = Tally.new(:types)
    @traced = Tally.new(:generations)
    @sites = Sites.new(:generations)
    @comparable = Sites.new
    @others = Hash.new(0)
    @references = @root_references = @lines = 0
    @damaged = []
    File.foreach(path, mode: "rb").slice_before(FIRST_BYTES).each { |record| read(record) }
  end

  def to_h
    { lines: @lines, damaged_lines: @damaged, totals: @total.to_h, traced: @traced.to_h,
      roots: @others["ROOT"], shapes: @others["SHAPE"], empty_slots: @others["NONE"],
      references: @references, root_references: @root_references, sites: @sites.to_a }
  end

  private

  def read(record)
    fields = parse(record)
    @lines += record.size
    type = fields.fetch("type")
    return add_other(type, fields) if NO_OBJECTS.include?(type)

    bytes = fields.fetch("memsize", 0)
    @references += fields.fetch("references", []).size
    @total.add(1, bytes, types: type)
    add_traced(fields, bytes) if fields.key?("file")
  end

  def parse(record)
    bytes = record.join
    JSON.parse(text(bytes))
  rescue JSON::ParserError
    @damaged.concat(record.each_index.map { |offset| @lines + 1 + offset })
    JSON.parse(text(@mend.call(bytes)))
  end

  # Some versions of Ruby's JSON library let these pass; the format does not.
  def text(bytes)
    text = bytes.dup.force_encoding(Encoding::UTF_8)
    reason = if !text.valid_encoding? then "bytes that are not UTF-8"
             elsif text.chomp.match?(/[\x00-\x1f]/) then "a control character"
             elsif text.match?(WRONG_ESCAPE) then "a wrong escape"
             end
    raise JSON::ParserError, "#{reason} in or after line #{@lines + 1}" if reason

    text
  end

  def add_other(type, fields)
    @others[type] += 1
    @root_references += fields.fetch("references").size if type == "ROOT"
  end

  def add_traced(fields, bytes)
    path = fields.fetch("file").b
    path = fields["file_base64"].unpack1("m0") if fields.key?("file_base64")
    line = fields.fetch("line", 0) # While Ruby compiles a file there is no line; ObjectSpace says 0.
    generation = fields.fetch("generation")
    @traced.add(1, bytes, generations: generation)
    @sites[path, line].add(1, bytes, generations: generation)
    @comparable[path, line].add(1, bytes) if visible?(fields)
  end

  # Which singleton classes count as internal cannot be told from a dump: they are left out of the comparison.
  def visible?(fields)
    fields.key?("class") && !INTERNAL.include?(fields["type"]) && !fields["singleton"]
  end
end

# The first difference is enough to tell that a capture went wrong.
def agree!(seen, lines, ignored)
  (seen.keys | lines.keys).each do |site|
    next if seen[site] == lines[site] || ignored.include?(site.first)

    abort "the two halves of the oracle differ at #{site.join(':')}: " \
          "each_object saw #{seen[site].inspect}, the dump has #{lines[site].inspect}"
  end
end

dump, oracle, seen_path, mend_path = ARGV
require mend_path if mend_path
lines = DumpLines.new(dump, mend_path ? Mend.method(:line) : :itself.to_proc)
truth = { dump_lines: lines.to_h }

unless seen_path.to_s.empty?
  seen = Marshal.load(File.binread(seen_path))
  objects = SeenObjects.new(seen)
  agree!(objects.comparable.counts, lines.comparable.counts, seen.fetch(:ignored).map(&:b))
  truth = { **seen.slice(:ruby, :gc_count, :ignored), each_object: objects.to_h, **truth }
end

File.write(oracle, "#{JSON.generate(truth)}\n")
