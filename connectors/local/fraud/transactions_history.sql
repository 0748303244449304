-- JSON lines, one payment a line, in order of time.
CREATE TABLE transactions_history WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/transactions_history',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.transactions_history;
