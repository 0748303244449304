-- A recorded log: one message a line with its arrival time, its source and offset; payload is base64.
CREATE TABLE transactions_raw (
  arrived_at TIMESTAMP_LTZ(3),
  source STRING,
  source_offset BIGINT
) WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/transactions_raw',
  'format' = 'json',
  'json.fail-on-missing-field' = 'true',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.transactions_raw (EXCLUDING METADATA);
