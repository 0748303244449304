-- Kept as JSON lines, to be compared.
CREATE TABLE both_measured WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/measured',
  'format' = 'json'
) LIKE contracts.both_measured;
