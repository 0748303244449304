-- Printed: files can not be changed by key. The environment postgres has tables for it.
CREATE TABLE served_customer_features WITH (
  'connector' = 'print'
) LIKE contracts.served_customer_features;
