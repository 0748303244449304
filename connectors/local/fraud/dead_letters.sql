-- JSON lines, one refused record a line, a folder a job; payload is base64.
CREATE TABLE dead_letters WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/dead_letters/${HEADRACE_JOB}',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.dead_letters;
