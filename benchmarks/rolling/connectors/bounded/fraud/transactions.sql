-- A topic of JSON, one payment a record, from its first one to the last there is at the start.
CREATE TABLE transactions WITH (
  'connector' = 'kafka',
  'topic' = '${KAFKA_TOPIC_PREFIX}transactions',
  'properties.bootstrap.servers' = '${KAFKA_BOOTSTRAP_SERVERS}',
  'properties.group.id' = 'bench',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'scan.watermark.emit.strategy' = 'on-event',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
) LIKE contracts.transactions (EXCLUDING CONSTRAINTS);
