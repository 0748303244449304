-- One row is one message that did not become a transaction, with the rule that refused it.
CREATE TEMPORARY VIEW dead_letters_ingest AS
SELECT
  rejected(reason) AS reason,
  'ingest' AS stage,
  message AS detail,
  -- A message may have no bytes at all: Kafka's tombstone.
  COALESCE(payload, ENCODE('', 'UTF-8')) AS payload,
  arrived_at,
  source,
  source_offset
FROM transactions_checked
WHERE reason IS NOT NULL
UNION ALL
SELECT
  rejected('duplicate') AS reason,
  'ingest' AS stage,
  CONCAT('number ', CAST(occurrence AS STRING), ' of transaction ', CAST(transaction_id AS STRING)) AS detail,
  payload,
  arrived_at,
  source,
  source_offset
FROM transactions_counted
WHERE occurrence > 1;
