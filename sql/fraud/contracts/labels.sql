-- One row is the verdict on one payment, once it is known: its own event, on its own clock.
CREATE TABLE contracts.labels (
  transaction_id BIGINT NOT NULL COMMENT 'the payment it is about',
  customer_id BIGINT NOT NULL COMMENT 'who paid',
  terminal_id BIGINT NOT NULL COMMENT 'where it was paid',
  fraud INT NOT NULL COMMENT '1: fraud, 0: genuine',
  event_time TIMESTAMP_LTZ(3) COMMENT 'when the payment was made, UTC',
  available_at TIMESTAMP_LTZ(3) COMMENT 'when the verdict was known, UTC',
  PRIMARY KEY (transaction_id) NOT ENFORCED,
  WATERMARK FOR available_at AS available_at - INTERVAL '5' SECOND
);
