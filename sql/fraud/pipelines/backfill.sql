-- All known transactions, those of the history too, become the features they had at their time.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.training_features
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
  FROM transaction_features_known;
END;
