-- One row is one message with the first rule that refuses it, or NULL: a new rule is a new line here.
CREATE TEMPORARY VIEW transactions_checked AS
SELECT
  payload,
  message,
  arrived_at,
  source,
  source_offset,
  event_time,
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  CASE
    WHEN NOT is_object THEN 'not_json'
    WHEN transaction_id IS NULL AND transaction_id_present THEN 'transaction_id_invalid'
    WHEN transaction_id IS NULL THEN 'transaction_id_missing'
    WHEN sent_at IS NULL AND sent_at_present THEN 'event_time_invalid'
    WHEN sent_at IS NULL THEN 'event_time_missing'
    WHEN customer_id IS NULL AND customer_id_present THEN 'customer_id_invalid'
    WHEN customer_id IS NULL THEN 'customer_id_missing'
    WHEN terminal_id IS NULL AND terminal_id_present THEN 'terminal_id_invalid'
    WHEN terminal_id IS NULL THEN 'terminal_id_missing'
    WHEN amount IS NULL AND amount_present THEN 'amount_invalid'
    WHEN amount IS NULL THEN 'amount_missing'
    WHEN amount < 0 THEN 'amount_negative'
    WHEN sent_at <> event_time THEN 'future'
    WHEN event_time <= CURRENT_WATERMARK(event_time) THEN 'late'
  END AS reason
FROM transactions_read;
