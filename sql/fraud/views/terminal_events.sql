-- One row is a payment at a terminal (fraud is NULL) or the verdict on one (fraud is 0 or 1), on one clock.
CREATE TEMPORARY VIEW terminal_events AS
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
  CAST(NULL AS INT) AS fraud
FROM customer_features
UNION ALL
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  CAST(NULL AS DECIMAL(12, 2)) AS amount,
  available_at AS event_time,
  CAST(NULL AS BOOLEAN) AS warm_up,
  CAST(NULL AS BIGINT) AS customer_count_1d,
  CAST(NULL AS DOUBLE) AS customer_amount_avg_1d,
  CAST(NULL AS BIGINT) AS customer_count_7d,
  CAST(NULL AS DOUBLE) AS customer_amount_avg_7d,
  CAST(NULL AS BIGINT) AS customer_count_30d,
  CAST(NULL AS DOUBLE) AS customer_amount_avg_30d,
  fraud
FROM labels;
