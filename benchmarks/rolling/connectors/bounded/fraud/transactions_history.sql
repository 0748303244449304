-- An empty folder: all payments are in the topic.
CREATE TABLE transactions_history WITH (
  'connector' = 'filesystem',
  'path' = '${HEADRACE_DATA}/transactions_history',
  'format' = 'json'
) LIKE contracts.transactions_history (EXCLUDING CONSTRAINTS);
