-- A topic of Protobuf, one payment a record, keyed by customer so that a customer's payments stay in order.
CREATE TABLE transactions WITH (
  'connector' = 'kafka',
  'topic' = '${KAFKA_TOPIC_PREFIX:-fraud.}transactions',
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
  'sink.transactional-id-prefix' = '${KAFKA_TOPIC_PREFIX:-fraud.}${HEADRACE_JOB}.transactions',
  'sink.transaction-naming-strategy' = 'pooling',
  'properties.transaction.timeout.ms' = '900000',
  'properties.linger.ms' = '5',
  'key.format' = 'json',
  'key.fields' = 'customer_id',
  'value.fields-include' = 'ALL',
  'value.format' = 'headrace-protobuf'
) LIKE contracts.transactions (EXCLUDING CONSTRAINTS);
