-- JSON lines, one prediction a line.
CREATE TABLE predictions WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/predictions',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.predictions;
