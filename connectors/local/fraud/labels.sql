-- JSON lines, one verdict a line, in the order in which they became known.
CREATE TABLE labels WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/labels',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.labels;
