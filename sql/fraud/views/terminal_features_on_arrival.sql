-- One row is a payment or verdict with the verdicts that came on its terminal in the last 1, 7 and 30 days, (t - w, t].
-- Computed on arrival: what arrives later, though it happened before, is not in it.
CREATE TEMPORARY VIEW terminal_features_on_arrival AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  amount,
  rowtime AS event_time,
  warm_up,
  customer_count_1d,
  customer_amount_avg_1d,
  customer_count_7d,
  customer_amount_avg_7d,
  customer_count_30d,
  customer_amount_avg_30d,
  fraud,
  terminal_fraud_count_1d AS terminal_count_1d,
  COALESCE(terminal_fraud_avg_1d, 0) AS terminal_fraud_avg_1d,
  terminal_fraud_count_7d AS terminal_count_7d,
  COALESCE(terminal_fraud_avg_7d, 0) AS terminal_fraud_avg_7d,
  terminal_fraud_count_30d AS terminal_count_30d,
  COALESCE(terminal_fraud_avg_30d, 0) AS terminal_fraud_avg_30d
FROM rolling(
  input => TABLE terminal_events PARTITION BY terminal_id,
  on_time => DESCRIPTOR(event_time),
  aggregates => 'count(fraud), avg(fraud)',
  windows => '1d, 7d, 30d',
  prefix => 'terminal_',
  uid => 'terminal_features'
);
