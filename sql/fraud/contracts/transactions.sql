-- One row is one valid payment, each transaction_id once.
CREATE TABLE contracts.transactions (
  transaction_id BIGINT NOT NULL COMMENT 'given by the payment system',
  customer_id BIGINT NOT NULL COMMENT 'who paid',
  terminal_id BIGINT NOT NULL COMMENT 'where it was paid',
  amount DECIMAL(12, 2) NOT NULL COMMENT 'in units of the currency',
  event_time TIMESTAMP_LTZ(3) COMMENT 'when the payment was made, UTC',
  arrived_at TIMESTAMP_LTZ(3) COMMENT 'when the log took the message, UTC',
  source STRING COMMENT 'the log the message stands in',
  source_offset BIGINT COMMENT 'its place in that log',
  PRIMARY KEY (transaction_id) NOT ENFORCED,
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
);
