-- JSON lines, one alert a line.
CREATE TABLE alerts WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/alerts',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.alerts;
