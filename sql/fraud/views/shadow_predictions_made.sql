-- One row is what one shadow said of one payment.
CREATE TEMPORARY VIEW shadow_predictions_made AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  event_time,
  JSON_VALUE(said, '$.model_version') AS model_version,
  JSON_VALUE(said, '$.score' RETURNING DOUBLE) AS score,
  JSON_VALUE(said, '$.decision') AS decision,
  JSON_VALUE(said, '$.error') AS error
FROM (
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    event_time,
    scored.shadows AS shadows
  FROM transaction_scores
  WHERE scored.shadows IS NOT NULL
)
CROSS JOIN UNNEST(JSON_QUERY(shadows, '$' RETURNING ARRAY<STRING>)) AS each_shadow (said);
