# frozen_string_literal: true

require_relative "lib/builder"
require_relative "lib/catalog"
require_relative "lib/recent_pages"
require_relative "lib/translator"

# A web site that greets each visitor in their language. Each page view builds the visitor's record, looks up a
# phrase and renders a page. Every part is honest except one: see lib/translation_cache.rb.
module Main
  # Page views per round: 2,000 after the third.
  VIEWS = { 1 => 500, 2 => 500, 3 => 1_000 }.freeze
  LOCALES = %i[de en fr].freeze

  CATALOG = Catalog.load(LOCALES)
  TRANSLATOR = Translator.new(CATALOG)
  RECENT = RecentPages.new(50)

  @visitors = 0

  def self.work(round)
    VIEWS.fetch(round).times do
      @visitors += 1
      view(Builder.build(@visitors))
    end
  end

  def self.view(record)
    greeting = TRANSLATOR.translate(:greeting, record)
    RECENT.add(record.id, "<h1>#{greeting}</h1><p>Visitor #{record.id}</p>")
  end
end

if $PROGRAM_NAME == __FILE__
  Main::VIEWS.each_key do |round|
    Main.work(round)
    GC.start
    puts "round #{round}: #{Main::TRANSLATOR.cached} phrases cached, " \
         "#{Main::RECENT.size} recent pages, #{GC.stat(:heap_live_slots)} live slots"
  end
end
