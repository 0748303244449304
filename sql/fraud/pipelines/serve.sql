-- What was decided and what is known of each customer, by key, for applications that look it up. Databases get UTC
-- without a zone: the JDBC connector knows no other time.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.served_predictions
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    CAST(event_time AS TIMESTAMP(3)) AS event_time,
    amount,
    score,
    decision,
    model_version,
    reasons
  FROM predictions;

  INSERT INTO sinks.served_customer_features
  SELECT
    customer_id,
    transaction_id,
    CAST(event_time AS TIMESTAMP(3)) AS event_time,
    customer_count_1d,
    customer_amount_avg_1d,
    customer_count_7d,
    customer_amount_avg_7d,
    customer_count_30d,
    customer_amount_avg_30d
  FROM customer_features_newest;
END;
