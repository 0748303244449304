-- rolling_in_order(…) is rolling(…) in the order of event time: a row waits until the watermark is past it.
CREATE TEMPORARY SYSTEM FUNCTION rolling_in_order AS 'headrace.operators.RollingInOrder' LANGUAGE JAVA;
