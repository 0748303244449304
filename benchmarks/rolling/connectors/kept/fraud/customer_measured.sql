-- Kept as JSON lines, to be compared.
CREATE TABLE customer_measured WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/measured',
  'format' = 'json'
) LIKE contracts.customer_measured;
