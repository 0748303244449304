-- rejected(reason) gives the reason back and counts it among the metrics: once for each record that could not go on.
CREATE TEMPORARY SYSTEM FUNCTION rejected AS 'headrace.operators.Rejected' LANGUAGE JAVA;
