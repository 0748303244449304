-- A watched folder of JSON lines, one verdict a line.
CREATE TABLE labels WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/labels',
  'source.monitor-interval' = '1 s',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.labels;
