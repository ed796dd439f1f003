# frozen_string_literal: true

ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: ":memory:")

ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table :posts do |t|
    t.string :title
    t.text :body
    t.datetime :published_at
  end

  create_table :comments do |t|
    t.references :post
    t.string :author
    t.text :text
  end
end
