-- JSON lines, one prediction of a shadow a line.
CREATE TABLE shadow_predictions WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/shadow_predictions',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.shadow_predictions;
