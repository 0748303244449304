-- JSON lines, one payment a line.
CREATE TABLE transactions WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/transactions',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.transactions;
