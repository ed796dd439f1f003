# frozen_string_literal: true

# Which requests were seen. A smaller leak beside the large one: a line for each request, forever.
module RequestLog
  SEEN = []

  def self.record(request)
    SEEN << "#{request.request_method} #{request.path_info} (#{request.get_header('HTTP_X_REQUEST_ID')})"
  end
end
