-- A table of Postgres, one row a payment. No password here: the driver reads the file that PGPASSFILE names.
CREATE TABLE served_predictions WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://${POSTGRES_ADDRESS:-127.0.0.1:5432}/${POSTGRES_DATABASE:-headrace}?user=${POSTGRES_USER:-headrace}&reWriteBatchedInserts=true',
  'table-name' = 'served_predictions',
  'sink.buffer-flush.max-rows' = '500',
  'sink.buffer-flush.interval' = '200 ms',
  'sink.max-retries' = '10'
) LIKE contracts.served_predictions;
