-- JSON lines, one alert a line; a file is finished within two seconds.
CREATE TABLE alerts WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/alerts',
  'sink.rolling-policy.rollover-interval' = '1 s',
  'sink.rolling-policy.check-interval' = '500 ms',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.alerts;
