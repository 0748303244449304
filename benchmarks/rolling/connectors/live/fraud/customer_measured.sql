-- A topic of JSON, each record sent at once.
CREATE TABLE customer_measured WITH (
  'connector' = 'kafka',
  'topic' = '${KAFKA_TOPIC_PREFIX}answers',
  'properties.bootstrap.servers' = '${KAFKA_BOOTSTRAP_SERVERS}',
  'properties.linger.ms' = '0',
  'format' = 'json'
) LIKE contracts.customer_measured;
