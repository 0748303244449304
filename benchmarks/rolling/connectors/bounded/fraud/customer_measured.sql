-- Thrown away: what is measured is how fast it comes.
CREATE TABLE customer_measured WITH (
  'connector' = 'blackhole'
) LIKE contracts.customer_measured;
