-- One row is one payment whose score is at or above the threshold of its model version.
CREATE TEMPORARY VIEW alerts_raised AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  event_time,
  amount,
  score,
  decision,
  model_version,
  reasons
FROM predictions_made
WHERE decision = 'alert';
