-- JSON lines, one payment a line.
CREATE TABLE training_features WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/training_features',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.training_features;
