-- One row is what was known of one customer at their newest payment, for applications that look it up.
CREATE TABLE contracts.served_customer_features (
  customer_id BIGINT NOT NULL COMMENT 'who',
  transaction_id BIGINT NOT NULL COMMENT 'their newest payment',
  event_time TIMESTAMP(3) COMMENT 'when it was made, UTC',
  customer_count_1d BIGINT NOT NULL COMMENT 'payments of the customer in the 1 day before, this one included',
  customer_amount_avg_1d DOUBLE NOT NULL COMMENT 'their mean amount',
  customer_count_7d BIGINT NOT NULL COMMENT 'payments of the customer in the 7 days before, this one included',
  customer_amount_avg_7d DOUBLE NOT NULL COMMENT 'their mean amount',
  customer_count_30d BIGINT NOT NULL COMMENT 'payments of the customer in the 30 days before, this one included',
  customer_amount_avg_30d DOUBLE NOT NULL COMMENT 'their mean amount',
  PRIMARY KEY (customer_id) NOT ENFORCED,
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
);
