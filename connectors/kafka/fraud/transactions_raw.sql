-- A topic, one message a record, as the producer sent it; the record's timestamp is its arrival.
-- A partition without events holds back what counts as late for five minutes: after a pause of the broker the backlog
-- comes partition by partition, and with a shorter wait what comes second would be late.
CREATE TABLE transactions_raw (
  topic STRING METADATA VIRTUAL,
  topic_partition INT METADATA FROM 'partition' VIRTUAL,
  arrived_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  source AS CONCAT(topic, '/', CAST(topic_partition AS STRING)),
  source_offset BIGINT METADATA FROM 'offset' VIRTUAL
) WITH (
  'connector' = 'kafka',
  'topic' = '${KAFKA_TOPIC_PREFIX:-fraud.}transactions_raw',
  'properties.bootstrap.servers' = '${KAFKA_BOOTSTRAP_SERVERS:-127.0.0.1:9092}',
  'properties.security.protocol' = '${KAFKA_SECURITY_PROTOCOL:-PLAINTEXT}',
  'properties.ssl.truststore.type' = 'PEM',
  'properties.ssl.truststore.location' = '${KAFKA_SSL_CA:-/etc/ssl/certs/ca-certificates.crt}',
  'properties.sasl.mechanism' = '${KAFKA_SASL_MECHANISM:-SCRAM-SHA-512}',
  'properties.sasl.jaas.config' = '${env:KAFKA_SASL_JAAS_CONFIG}',
  'properties.config.providers' = 'env',
  'properties.config.providers.env.class' = 'org.apache.flink.kafka.shaded.org.apache.kafka.common.config.provider.EnvVarConfigProvider', -- noqa: LT05
  'properties.config.providers.env.param.allowlist.pattern' = 'KAFKA_SASL_JAAS_CONFIG',
  'properties.group.id' = '${KAFKA_TOPIC_PREFIX:-fraud.}${HEADRACE_JOB}',
  'properties.isolation.level' = 'read_committed',
  'properties.auto.offset.reset' = 'earliest',
  'scan.startup.mode' = 'group-offsets',
  'scan.watermark.emit.strategy' = 'on-event',
  'scan.watermark.idle-timeout' = '5 min',
  'value.format' = 'raw'
) LIKE contracts.transactions_raw (EXCLUDING METADATA);
