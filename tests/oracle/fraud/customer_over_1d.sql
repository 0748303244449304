-- One row is one payment with its customer's payments of the last 1 day, (t - w, t], as OVER counts them.
CREATE TEMPORARY VIEW customer_over_1d AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  event_time,
  warm_up,
  COUNT(*) OVER w AS customer_count_1d,
  CAST(SUM(amount) OVER w AS DOUBLE) / COUNT(*) OVER w AS customer_amount_avg_1d
FROM transactions_known
WINDOW w AS (
  PARTITION BY customer_id ORDER BY event_time
  RANGE BETWEEN INTERVAL '0 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW
);
