-- A compacted topic of Avro with a registry, the newest features of a customer a record, keyed by customer_id.
CREATE TABLE served_customer_features WITH (
  'connector' = 'upsert-kafka',
  'topic' = '${KAFKA_TOPIC_PREFIX:-fraud.}served_customer_features',
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
  'sink.delivery-guarantee' = '${KAFKA_DELIVERY:-exactly-once}',
  'sink.transactional-id-prefix' = '${KAFKA_TOPIC_PREFIX:-fraud.}${HEADRACE_JOB}.served_customer_features',
  'sink.transaction-naming-strategy' = 'pooling',
  'properties.transaction.timeout.ms' = '900000',
  'properties.linger.ms' = '${KAFKA_LINGER_MS:-0}',
  'properties.batch.size' = '${KAFKA_BATCH_BYTES:-16384}',
  'key.format' = 'json',
  'value.format' = 'avro-confluent',
  'value.avro-confluent.url' = '${SCHEMA_REGISTRY_URL}',
  'value.avro-confluent.subject' = '${KAFKA_TOPIC_PREFIX:-fraud.}served_customer_features-value',
  'value.avro-confluent.basic-auth.credentials-source' = '${SCHEMA_REGISTRY_CREDENTIALS:-URL}'
) LIKE contracts.served_customer_features;
