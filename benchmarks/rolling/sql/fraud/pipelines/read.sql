-- Payments are read and thrown away.
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO sinks.read_measured
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    amount,
    event_time
  FROM transactions_known;
END;
