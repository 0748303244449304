-- One row is one payment, live or of the history, with all its features.
CREATE TEMPORARY VIEW transaction_features_known AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  event_time,
  amount,
  CASE WHEN DAYOFWEEK(event_time) IN (1, 7) THEN 1 ELSE 0 END AS is_weekend,
  CASE WHEN HOUR(event_time) <= 6 THEN 1 ELSE 0 END AS is_night,
  customer_count_1d,
  customer_amount_avg_1d,
  customer_count_7d,
  customer_amount_avg_7d,
  customer_count_30d,
  customer_amount_avg_30d,
  terminal_count_1d,
  terminal_fraud_avg_1d,
  terminal_count_7d,
  terminal_fraud_avg_7d,
  terminal_count_30d,
  terminal_fraud_avg_30d,
  warm_up
FROM terminal_features
WHERE fraud IS NULL;
