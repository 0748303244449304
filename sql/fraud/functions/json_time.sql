-- json_time(bytes, 'field', latest) is a field of a JSON object as time; 1970 if there is none, or a later one.
CREATE TEMPORARY SYSTEM FUNCTION json_time AS 'headrace.operators.JsonTime' LANGUAGE JAVA;
