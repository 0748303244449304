-- One row is one message with its fields read; a field that can not be read is NULL.
-- json_fields reads it once: a JSON_VALUE would do so for each field, in each place that Flink repeats it.
CREATE TEMPORARY VIEW transactions_read AS
SELECT
  payload,
  message,
  arrived_at,
  source,
  source_offset,
  event_time,
  said_is_object AS is_object,
  said_event_time AS sent_at_text,
  CASE
    WHEN event_time > TO_TIMESTAMP_LTZ(0, 3) THEN CAST(event_time AS TIMESTAMP_LTZ(3))
    ELSE TO_TIMESTAMP_LTZ(said_event_time, 'yyyy-MM-dd''T''HH:mm:ss[.SSS]''Z''')
  END AS sent_at,
  TRY_CAST(said_transaction_id AS BIGINT) AS transaction_id,
  TRY_CAST(said_customer_id AS BIGINT) AS customer_id,
  TRY_CAST(said_terminal_id AS BIGINT) AS terminal_id,
  TRY_CAST(said_amount AS DECIMAL(12, 2)) AS amount
FROM json_fields(
  input => TABLE transactions_raw,
  payload => 'payload',
  fields => 'event_time, transaction_id, customer_id, terminal_id, amount',
  prefix => 'said_',
  uid => 'transactions_read'
);
