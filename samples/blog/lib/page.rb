# frozen_string_literal: true

# Renders what a page shows. Keeps nothing.
module Page
  HEADERS = { "Content-Type" => "text/html; charset=utf-8" }.freeze

  def self.render(title, paragraphs)
    body = paragraphs.map { |text| "<p>#{Rack::Utils.escape_html(text)}</p>" }.join("\n")
    [200, HEADERS.dup, ["<h1>#{Rack::Utils.escape_html(title)}</h1>\n#{body}\n"]]
  end
end
