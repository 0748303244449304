-- A watched folder: each line of a file dropped there is one message, which arrived when the file was written.
CREATE TABLE transactions_raw (
  arrived_at TIMESTAMP_LTZ(3) METADATA FROM 'file.modification-time',
  source STRING METADATA FROM 'file.name',
  source_offset AS CAST(NULL AS BIGINT)
) WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/arrived',
  'source.monitor-interval' = '1 s',
  'format' = 'raw'
) LIKE contracts.transactions_raw (EXCLUDING METADATA);
