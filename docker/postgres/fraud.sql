-- The tables that the job serve upserts. TIMESTAMP is UTC.
CREATE TABLE served_predictions (
  transaction_id BIGINT PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  terminal_id BIGINT NOT NULL,
  event_time TIMESTAMP(3) NOT NULL,
  amount NUMERIC(12, 2) NOT NULL,
  score DOUBLE PRECISION NOT NULL,
  decision TEXT NOT NULL,
  model_version TEXT NOT NULL,
  reasons TEXT NOT NULL
);
CREATE INDEX served_predictions_of_customer ON served_predictions (customer_id, event_time DESC);

CREATE TABLE served_customer_features (
  customer_id BIGINT PRIMARY KEY,
  transaction_id BIGINT NOT NULL,
  event_time TIMESTAMP(3) NOT NULL,
  customer_count_1d BIGINT NOT NULL,
  customer_amount_avg_1d DOUBLE PRECISION NOT NULL,
  customer_count_7d BIGINT NOT NULL,
  customer_amount_avg_7d DOUBLE PRECISION NOT NULL,
  customer_count_30d BIGINT NOT NULL,
  customer_amount_avg_30d DOUBLE PRECISION NOT NULL
);
