-- Thrown away: what is measured is how fast it comes.
CREATE TABLE read_measured WITH (
  'connector' = 'blackhole'
) LIKE contracts.read_measured;
