-- One row is what was last said of one payment, for applications that look it up.
CREATE TABLE contracts.served_predictions (
  transaction_id BIGINT NOT NULL COMMENT 'the payment',
  customer_id BIGINT NOT NULL COMMENT 'who paid',
  terminal_id BIGINT NOT NULL COMMENT 'where it was paid',
  event_time TIMESTAMP(3) COMMENT 'when the payment was made, UTC',
  amount DECIMAL(12, 2) NOT NULL COMMENT 'in units of the currency',
  score DOUBLE NOT NULL COMMENT 'probability of fraud, 0 to 1',
  decision STRING NOT NULL COMMENT 'alert: score at or above the version''s threshold; pass: below',
  model_version STRING NOT NULL COMMENT 'which version scored it',
  reasons STRING NOT NULL COMMENT 'JSON array: the features that moved the score most, largest first',
  PRIMARY KEY (transaction_id) NOT ENFORCED,
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
);
