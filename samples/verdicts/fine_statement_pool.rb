# frozen_string_literal: true

# Prepared statements, of which the one that was not used for longest is given up for each new one.
class Statement
  def initialize(sql)
    @sql = sql
    @columns = sql.scan(/\w+/)
  end
end
POOL = {}

def work(number)
  sql = "select title, body from posts where id = #{number}"
  POOL[sql] = POOL.delete(sql) || Statement.new(sql)
  POOL.shift if POOL.size > 60
end
