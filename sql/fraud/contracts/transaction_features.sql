-- One row is one payment with what was known of its customer and terminal at that moment. Windows are (t - w, t].
CREATE TABLE contracts.transaction_features (
  transaction_id BIGINT NOT NULL COMMENT 'the payment',
  customer_id BIGINT NOT NULL COMMENT 'who paid',
  terminal_id BIGINT NOT NULL COMMENT 'where it was paid',
  event_time TIMESTAMP_LTZ(3) COMMENT 'when the payment was made, UTC',
  amount DECIMAL(12, 2) NOT NULL COMMENT 'in units of the currency',
  is_weekend INT NOT NULL COMMENT '1: Saturday or Sunday in UTC',
  is_night INT NOT NULL COMMENT '1: before 07:00 UTC',
  customer_count_1d BIGINT NOT NULL COMMENT 'payments of the customer in 1 day, this one included',
  customer_amount_avg_1d DOUBLE NOT NULL COMMENT 'their mean amount',
  customer_count_7d BIGINT NOT NULL COMMENT 'payments of the customer in 7 days, this one included',
  customer_amount_avg_7d DOUBLE NOT NULL COMMENT 'their mean amount',
  customer_count_30d BIGINT NOT NULL COMMENT 'payments of the customer in 30 days, this one included',
  customer_amount_avg_30d DOUBLE NOT NULL COMMENT 'their mean amount',
  terminal_count_1d BIGINT NOT NULL COMMENT 'verdicts on payments at the terminal that came in the last 1 day',
  terminal_fraud_avg_1d DOUBLE NOT NULL COMMENT 'share of them that were fraud, 0 if none',
  terminal_count_7d BIGINT NOT NULL COMMENT 'verdicts on payments at the terminal that came in the last 7 days',
  terminal_fraud_avg_7d DOUBLE NOT NULL COMMENT 'share of them that were fraud, 0 if none',
  terminal_count_30d BIGINT NOT NULL COMMENT 'verdicts on payments at the terminal that came in the last 30 days',
  terminal_fraud_avg_30d DOUBLE NOT NULL COMMENT 'share of them that were fraud, 0 if none',
  PRIMARY KEY (transaction_id) NOT ENFORCED,
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
);
