-- Six windows of two entities, those of the second over verdicts that come seven days later.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.both_measured
  SELECT
    transaction_id,
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
  FROM terminal_features
  WHERE fraud IS NULL;
END;
