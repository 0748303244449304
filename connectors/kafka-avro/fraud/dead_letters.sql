-- A topic of Avro, one refused record a record.
CREATE TABLE dead_letters WITH (
  'connector' = 'kafka',
  'topic' = '${KAFKA_TOPIC_PREFIX:-fraud.}dead_letters',
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
  'scan.watermark.idle-timeout' = '60 s',
  'sink.delivery-guarantee' = '${KAFKA_DELIVERY:-exactly-once}',
  'sink.transactional-id-prefix' = '${KAFKA_TOPIC_PREFIX:-fraud.}${HEADRACE_JOB}.dead_letters',
  'sink.transaction-naming-strategy' = 'pooling',
  'properties.transaction.timeout.ms' = '900000',
  'properties.linger.ms' = '${KAFKA_LINGER_MS:-5}',
  'properties.batch.size' = '${KAFKA_BATCH_BYTES:-16384}',
  'value.format' = 'avro',
  'value.avro.timestamp_mapping.legacy' = 'false'
) LIKE contracts.dead_letters;
