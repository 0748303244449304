-- The whole way in one job: messages become transactions, features, predictions and alerts.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.transactions
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    amount,
    event_time,
    arrived_at,
    source,
    source_offset
  FROM transactions_clean;

  INSERT INTO sinks.transaction_features
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    event_time,
    amount,
    is_weekend,
    is_night,
    customer_count_1d,
    customer_amount_avg_1d,
    customer_count_7d,
    customer_amount_avg_7d,
    customer_count_30d,
    customer_amount_avg_30d,
    terminal_count_1d,
    terminal_fraud_avg_1d,
    terminal_count_7d,
    terminal_fraud_avg_7d,
    terminal_count_30d,
    terminal_fraud_avg_30d
  FROM transaction_features;

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
  FROM dead_letters_ingest
  UNION ALL
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
