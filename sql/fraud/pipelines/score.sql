-- Features become predictions and alerts.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.predictions
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
  FROM predictions_made;

  INSERT INTO sinks.alerts
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
  FROM alerts_raised;

  INSERT INTO sinks.shadow_predictions
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    event_time,
    model_version,
    score,
    decision,
    error
  FROM shadow_predictions_made;

  INSERT INTO sinks.dead_letters
  SELECT
    reason,
    stage,
    detail,
    payload,
    arrived_at,
    source,
    source_offset
  FROM dead_letters_inference;
END;
