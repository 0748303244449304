-- One row is one payment that the model failed on, as a message that ingest can read again.
CREATE TEMPORARY VIEW dead_letters_inference AS
SELECT
  rejected('inference') AS reason,
  'inference' AS stage,
  scored.error AS detail,
  ENCODE(JSON_OBJECT(
    KEY 'transaction_id' VALUE transaction_id,
    KEY 'event_time' VALUE REPLACE(CAST(CAST(event_time AS TIMESTAMP(3)) AS STRING), ' ', 'T') || 'Z',
    KEY 'customer_id' VALUE customer_id,
    KEY 'terminal_id' VALUE terminal_id,
    KEY 'amount' VALUE amount
  ), 'UTF-8') AS payload,
  event_time AS arrived_at,
  'transaction_features' AS source,
  transaction_id AS source_offset
FROM transaction_scores
WHERE scored.error IS NOT NULL;
