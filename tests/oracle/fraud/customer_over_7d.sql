-- One row is one payment with its customer's payments of the last 7 days, (t - w, t], as OVER counts them.
CREATE TEMPORARY VIEW customer_over_7d AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  event_time,
  warm_up,
  customer_count_1d,
  customer_amount_avg_1d,
  COUNT(*) OVER w AS customer_count_7d,
  CAST(SUM(amount) OVER w AS DOUBLE) / COUNT(*) OVER w AS customer_amount_avg_7d
FROM customer_over_1d
WINDOW w AS (
  PARTITION BY customer_id ORDER BY event_time
  RANGE BETWEEN INTERVAL '6 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW
);
