-- rolling(…) gives each row the aggregates of its key's rows in the windows that end with it: live features.
CREATE TEMPORARY SYSTEM FUNCTION rolling AS 'headrace.operators.Rolling' LANGUAGE JAVA;
