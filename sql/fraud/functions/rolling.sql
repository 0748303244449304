-- rolling(…) gives each row the aggregates of its key's rows in the windows that end with it; see docs/rolling.md.
CREATE TEMPORARY SYSTEM FUNCTION rolling AS 'headrace.operators.Rolling' LANGUAGE JAVA;
