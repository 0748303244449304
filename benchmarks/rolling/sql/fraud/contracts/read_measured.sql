-- One row is one payment as it was read: the floor, without any window.
CREATE TABLE contracts.read_measured (
  transaction_id BIGINT NOT NULL COMMENT 'the payment',
  customer_id BIGINT NOT NULL COMMENT 'who paid',
  terminal_id BIGINT NOT NULL COMMENT 'where it was paid',
  amount DECIMAL(12, 2) NOT NULL COMMENT 'in units of the currency',
  event_time TIMESTAMP_LTZ(3) COMMENT 'when the payment was made, UTC'
);
