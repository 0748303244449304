-- One row is one payment with three windows of its customer and three of its terminal's verdicts, (t - w, t].
CREATE TABLE contracts.both_measured (
  transaction_id BIGINT NOT NULL COMMENT 'the payment',
  customer_count_1d BIGINT COMMENT 'payments of the customer in 1 day',
  customer_amount_avg_1d DOUBLE COMMENT 'their mean amount',
  customer_count_7d BIGINT COMMENT 'payments of the customer in 7 days',
  customer_amount_avg_7d DOUBLE COMMENT 'their mean amount',
  customer_count_30d BIGINT COMMENT 'payments of the customer in 30 days',
  customer_amount_avg_30d DOUBLE COMMENT 'their mean amount',
  terminal_count_1d BIGINT COMMENT 'verdicts that came on the terminal in 1 day',
  terminal_fraud_avg_1d DOUBLE COMMENT 'share of them that are fraud, 0 if none',
  terminal_count_7d BIGINT COMMENT 'verdicts that came on the terminal in 7 days',
  terminal_fraud_avg_7d DOUBLE COMMENT 'share of them that are fraud, 0 if none',
  terminal_count_30d BIGINT COMMENT 'verdicts that came on the terminal in 30 days',
  terminal_fraud_avg_30d DOUBLE COMMENT 'share of them that are fraud, 0 if none'
);
