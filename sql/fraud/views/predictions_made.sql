-- One row is one payment that the model could score.
CREATE TEMPORARY VIEW predictions_made AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  event_time,
  amount,
  scored.score AS score,
  scored.decision AS decision,
  scored.model_version AS model_version,
  scored.reasons AS reasons
FROM transaction_scores
WHERE scored.error IS NULL;
