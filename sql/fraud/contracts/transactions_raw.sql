-- One row is one message as the payment system sent it: its bytes, when and from where it came.
-- A message without a usable time, or dated beyond arrival + 10 s, gets 1970 as event time: it can not move the
-- watermark, which never runs ahead of arrival - 5 s.
CREATE TABLE contracts.transactions_raw (
  payload BYTES COMMENT 'the message, untouched',
  arrived_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' COMMENT 'when the log took it, UTC',
  source STRING METADATA FROM 'topic' COMMENT 'the log it stands in: topic, partition or file',
  source_offset BIGINT METADATA FROM 'offset' COMMENT 'its place in that log',
  message AS DECODE(payload, 'UTF-8') COMMENT 'the message as text',
  event_time AS json_time(payload, 'event_time', arrived_at + INTERVAL '10' SECOND)
  COMMENT 'when the payment was made, UTC',
  WATERMARK FOR event_time AS LEAST(event_time, arrived_at) - INTERVAL '5' SECOND
);
