-- One row is one payment with its customer's payments of the last 1, 7 and 30 days, (t - w, t], this one included.
-- Computed when the payment arrives: what arrives later, though it happened before, is not in it.
CREATE TEMPORARY VIEW customer_features_on_arrival AS
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
  customer_amount_avg_30d
FROM rolling(
  input => TABLE transactions_known PARTITION BY customer_id,
  on_time => DESCRIPTOR(event_time),
  aggregates => 'count, avg(amount)',
  windows => '1d, 7d, 30d',
  prefix => 'customer_',
  uid => 'customer_features'
);
