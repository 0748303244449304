-- One row is a payment or verdict with the verdicts of its terminal in the last 30 days, as OVER counts them.
CREATE TEMPORARY VIEW terminal_over_30d AS
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
  terminal_count_1d,
  terminal_fraud_avg_1d,
  terminal_count_7d,
  terminal_fraud_avg_7d,
  COUNT(fraud) OVER w AS terminal_count_30d,
  COALESCE(CAST(SUM(fraud) OVER w AS DOUBLE) / NULLIF(COUNT(fraud) OVER w, 0), 0) AS terminal_fraud_avg_30d
FROM terminal_over_7d
WINDOW w AS (
  PARTITION BY terminal_id ORDER BY event_time
  RANGE BETWEEN INTERVAL '29 23:59:59.999' DAY(2) TO SECOND(3) PRECEDING AND CURRENT ROW
);
