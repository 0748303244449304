-- One row is one payment with what the model said of it, or the error that kept it from saying anything.
CREATE TEMPORARY VIEW transaction_scores AS
SELECT
  transaction_id,
  customer_id,
  terminal_id,
  event_time,
  amount,
  score(CAST(
    ROW(
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
    ) AS ROW<
      amount DOUBLE,
      is_weekend INT,
      is_night INT,
      customer_count_1d BIGINT,
      customer_amount_avg_1d DOUBLE,
      customer_count_7d BIGINT,
      customer_amount_avg_7d DOUBLE,
      customer_count_30d BIGINT,
      customer_amount_avg_30d DOUBLE,
      terminal_count_1d BIGINT,
      terminal_fraud_avg_1d DOUBLE,
      terminal_count_7d BIGINT,
      terminal_fraud_avg_7d DOUBLE,
      terminal_count_30d BIGINT,
      terminal_fraud_avg_30d DOUBLE
    >
  ), event_time, CAST(customer_id AS STRING)) AS scored
FROM transaction_features;
