-- JSON lines, one payment a line.
CREATE TABLE transaction_features WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/transaction_features',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.transaction_features;
