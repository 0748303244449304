-- JSON lines, one refused record a line, a folder a job; payload is base64; a file is finished within two seconds.
CREATE TABLE dead_letters WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/dead_letters/${HEADRACE_JOB}',
  'sink.rolling-policy.rollover-interval' = '1 s',
  'sink.rolling-policy.check-interval' = '500 ms',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.dead_letters;
