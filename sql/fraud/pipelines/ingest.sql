-- Messages become transactions; what can not goes to dead_letters.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.transactions
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    amount,
    event_time,
    arrived_at,
    source,
    source_offset
  FROM transactions_clean;

  INSERT INTO sinks.dead_letters
  SELECT
    reason,
    stage,
    detail,
    payload,
    arrived_at,
    source,
    source_offset
  FROM dead_letters_ingest;
END;
