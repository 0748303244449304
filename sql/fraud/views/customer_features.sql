-- One row is one payment with its customer's payments of the last 1, 7 and 30 days, (t - w, t], this one included.
-- Payments of the same millisecond count one after the other, in the order of their ids.
CREATE TEMPORARY VIEW customer_features AS
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
FROM rolling_in_order(
  input => TABLE transactions_known PARTITION BY customer_id,
  on_time => DESCRIPTOR(event_time),
  ties => 'transaction_id',
  aggregates => 'count, avg(amount)',
  windows => '1d, 7d, 30d',
  prefix => 'customer_',
  uid => 'customer_features'
);
