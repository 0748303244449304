-- One row is one message with its fields read; a field that can not be read is NULL.
CREATE TEMPORARY VIEW transactions_read AS
SELECT
  payload,
  message,
  arrived_at,
  source,
  source_offset,
  event_time,
  TO_TIMESTAMP_LTZ(JSON_VALUE(message, '$.event_time'), 'yyyy-MM-dd''T''HH:mm:ss[.SSS]''Z''') AS sent_at,
  TRY_CAST(JSON_VALUE(message, '$.transaction_id') AS BIGINT) AS transaction_id,
  TRY_CAST(JSON_VALUE(message, '$.customer_id') AS BIGINT) AS customer_id,
  TRY_CAST(JSON_VALUE(message, '$.terminal_id') AS BIGINT) AS terminal_id,
  TRY_CAST(JSON_VALUE(message, '$.amount') AS DECIMAL(12, 2)) AS amount
FROM transactions_raw;
