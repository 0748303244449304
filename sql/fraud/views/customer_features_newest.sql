-- One row is one customer's features at their newest payment, which a newer one replaces and a late one does not.
CREATE TEMPORARY VIEW customer_features_newest AS
SELECT
  customer_id,
  transaction_id,
  event_time,
  customer_count_1d,
  customer_amount_avg_1d,
  customer_count_7d,
  customer_amount_avg_7d,
  customer_count_30d,
  customer_amount_avg_30d
FROM (
  SELECT
    customer_id,
    transaction_id,
    event_time,
    customer_count_1d,
    customer_amount_avg_1d,
    customer_count_7d,
    customer_amount_avg_7d,
    customer_count_30d,
    customer_amount_avg_30d,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY event_time DESC) AS place
  FROM transaction_features
)
WHERE place = 1;
