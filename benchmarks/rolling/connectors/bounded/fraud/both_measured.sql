-- Thrown away: what is measured is how fast it comes.
CREATE TABLE both_measured WITH (
  'connector' = 'blackhole'
) LIKE contracts.both_measured;
