-- JSON lines, one prediction of a shadow a line; a file is finished within two seconds.
CREATE TABLE shadow_predictions WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/shadow_predictions',
  'sink.rolling-policy.rollover-interval' = '1 s',
  'sink.rolling-policy.check-interval' = '500 ms',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.shadow_predictions;
