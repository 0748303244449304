-- One row is one valid payment, the first with its transaction_id.
CREATE TEMPORARY VIEW transactions_clean AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  event_time,
  arrived_at,
  source,
  source_offset
FROM transactions_counted
WHERE occurrence = 1;
