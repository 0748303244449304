-- One row is a payment or verdict with the verdicts of its terminal in the last 1 day, as OVER counts them.
CREATE TEMPORARY VIEW terminal_over_1d AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  event_time,
  warm_up,
  customer_count_1d,
  customer_amount_avg_1d,
  customer_count_7d,
  customer_amount_avg_7d,
  customer_count_30d,
  customer_amount_avg_30d,
  fraud,
  COUNT(fraud) OVER w AS terminal_count_1d,
  COALESCE(CAST(SUM(fraud) OVER w AS DOUBLE) / NULLIF(COUNT(fraud) OVER w, 0), 0) AS terminal_fraud_avg_1d
FROM terminal_events
WINDOW w AS (
  PARTITION BY terminal_id ORDER BY event_time
  RANGE BETWEEN INTERVAL '0 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW
);
