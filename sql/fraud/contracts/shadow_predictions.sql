-- One row is what a version that decides nothing said of one payment, beside the one that decided.
CREATE TABLE contracts.shadow_predictions (
  transaction_id BIGINT NOT NULL COMMENT 'the payment',
  customer_id BIGINT NOT NULL COMMENT 'who paid',
  terminal_id BIGINT NOT NULL COMMENT 'where it was paid',
  event_time TIMESTAMP_LTZ(3) COMMENT 'when the payment was made, UTC',
  model_version STRING NOT NULL COMMENT 'which version said it',
  score DOUBLE COMMENT 'probability of fraud, 0 to 1; NULL when the version could not score it',
  decision STRING COMMENT 'alert or pass, as it would have been; NULL when there is no score',
  error STRING COMMENT 'why there is no score',
  PRIMARY KEY (transaction_id, model_version) NOT ENFORCED,
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
);
