# frozen_string_literal: true

require "logger"
require "active_record"
require "rack"

require_relative "database"
require_relative "../app/models/post"
require_relative "../app/models/comment"
require_relative "../app/blog"
require_relative "seeds"

Seeds.plant
