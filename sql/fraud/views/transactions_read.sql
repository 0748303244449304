-- One row is one message with its fields read; a field that can not be read is NULL.
-- docs/json-values.md says what becomes of which value. json_fields reads a message once: a JSON_VALUE would do so for
-- each field, in each place that Flink repeats it.
CREATE TEMPORARY VIEW transactions_read AS
SELECT
  payload,
  message,
  arrived_at,
  source,
  source_offset,
  event_time,
  json_is_object AS is_object,
  json_event_time AS sent_at,
  json_event_time_present AS sent_at_present,
  json_transaction_id AS transaction_id,
  json_transaction_id_present AS transaction_id_present,
  json_customer_id AS customer_id,
  json_customer_id_present AS customer_id_present,
  json_terminal_id AS terminal_id,
  json_terminal_id_present AS terminal_id_present,
  json_amount AS amount,
  json_amount_present AS amount_present
FROM json_fields(
  input => TABLE transactions_raw,
  payload => 'payload',
  fields => 'event_time TIMESTAMP_LTZ(3), transaction_id BIGINT, customer_id BIGINT, terminal_id BIGINT, amount DECIMAL(12, 2)',
  prefix => 'json_',
  uid => 'transactions_read'
);
