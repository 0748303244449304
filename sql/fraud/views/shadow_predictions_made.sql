-- One row is what one shadow said of one payment.
CREATE TEMPORARY VIEW shadow_predictions_made AS
SELECT
  shadowed.transaction_id,
  shadowed.customer_id,
  shadowed.terminal_id,
  shadowed.event_time,
  JSON_VALUE(shadow.said, '$.model_version') AS model_version,
  JSON_VALUE(shadow.said, '$.score' RETURNING DOUBLE) AS score, -- noqa: CP02, RF02
  JSON_VALUE(shadow.said, '$.decision') AS decision,
  JSON_VALUE(shadow.said, '$.error') AS error
FROM (
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    event_time,
    scored.shadows AS shadows
  FROM transaction_scores
  WHERE scored.shadows IS NOT NULL
) AS shadowed
CROSS JOIN UNNEST(JSON_QUERY(shadowed.shadows, '$' RETURNING ARRAY<STRING>)) -- noqa: CP02, LT01, RF02
  AS shadow (said);
