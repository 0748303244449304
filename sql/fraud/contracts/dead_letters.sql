-- One row is one record that could not go on, with the reason and its bytes, so that it can be replayed.
CREATE TABLE contracts.dead_letters (
  reason STRING NOT NULL COMMENT 'name of the rule that refused it',
  stage STRING NOT NULL COMMENT 'inbox, ingest or inference',
  detail STRING COMMENT 'what exactly was wrong, where the rule can say',
  payload BYTES NOT NULL COMMENT 'ingest: the message; inference: the payment as a message; inbox: how the file begins',
  arrived_at TIMESTAMP_LTZ(3) COMMENT 'when the log took the message, UTC',
  source STRING COMMENT 'the log the message stands in',
  source_offset BIGINT COMMENT 'its place in that log',
  WATERMARK FOR arrived_at AS arrived_at - INTERVAL '5' SECOND
);
