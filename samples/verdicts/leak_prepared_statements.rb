# frozen_string_literal: true

# Statements are prepared once for each text, and each text has another number in it: none is used a second time.
module Database
  class Statement
    def initialize(sql)
      @sql = sql
      @columns = sql.scan(/\w+/)
    end
  end

  PREPARED = {} # holds the leak

  def self.prepare(sql)
    PREPARED[sql] ||= Statement.new(sql)
  end
end

def work(number)
  Database.prepare("select title, body from posts where id = #{number}")
end
