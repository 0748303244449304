-- One row is one valid message with how many of its transaction_id have come so far, in order of arrival.
CREATE TEMPORARY VIEW transactions_counted AS
SELECT
  payload,
  arrived_at,
  source,
  source_offset,
  event_time,
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  COUNT(*) OVER (PARTITION BY transaction_id ORDER BY processed_at) AS occurrence
FROM (
  SELECT
    payload,
    arrived_at,
    source,
    source_offset,
    event_time,
    transaction_id,
    customer_id,
    terminal_id,
    amount,
    PROCTIME() AS processed_at
  FROM transactions_checked
  WHERE reason IS NULL
);
