-- JSON lines, one payment a line; a file is finished within two seconds.
CREATE TABLE transaction_features WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/transaction_features',
  'sink.rolling-policy.rollover-interval' = '1 s',
  'sink.rolling-policy.check-interval' = '500 ms',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.transaction_features;
