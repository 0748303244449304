-- Three windows of one entity.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.customer_measured
  SELECT
    transaction_id,
    customer_count_1d,
    customer_amount_avg_1d,
    customer_count_7d,
    customer_amount_avg_7d,
    customer_count_30d,
    customer_amount_avg_30d
  FROM customer_features;
END;
