# frozen_string_literal: true

# Remembers translations that were made before.
#
# The planted leak: the key is a hash that holds the visitor's record. A record equals only itself and every page
# view builds a new one, so no key is ever found again, and each entry keeps its record with all that hangs on it.
class TranslationCache
  def initialize
    @entries = {}
  end

  def fetch(phrase, record)
    key = { phrase: phrase, locale: record.locale, options: { visitor: record } }
    @entries[key] ||= yield
  end

  def size
    @entries.size
  end
end
