# frozen_string_literal: true

require_relative "translation_cache"

# Fills phrases of the catalog with what is known of the visitor.
class Translator
  def initialize(catalog)
    @catalog = catalog
    @cache = TranslationCache.new
  end

  def translate(phrase, record)
    @cache.fetch(phrase, record) do
      format(@catalog.phrase(record.locale, phrase), name: record.name)
    end
  end

  def cached
    @cache.size
  end
end
