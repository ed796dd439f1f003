# frozen_string_literal: true

# Answers that are computed once each: there are a hundred different questions.
ANSWERS = {}

def work(number)
  question = (number * 7919) % 100
  ANSWERS[question] ||= ["answer to #{question}", "because of #{question}"]
end
