-- One row is one payment that counts in windows: live ones, and those of the history, which only warm them up.
CREATE TEMPORARY VIEW transactions_known AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  event_time,
  FALSE AS warm_up
FROM transactions
UNION ALL
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  event_time,
  TRUE AS warm_up
FROM transactions_history;
