-- One row is one payment with three windows of its customer, (t - w, t].
CREATE TABLE contracts.customer_measured (
  transaction_id BIGINT NOT NULL COMMENT 'the payment',
  customer_count_1d BIGINT COMMENT 'payments of the customer in 1 day',
  customer_amount_avg_1d DOUBLE COMMENT 'their mean amount',
  customer_count_7d BIGINT COMMENT 'payments of the customer in 7 days',
  customer_amount_avg_7d DOUBLE COMMENT 'their mean amount',
  customer_count_30d BIGINT COMMENT 'payments of the customer in 30 days',
  customer_amount_avg_30d DOUBLE COMMENT 'their mean amount'
);
