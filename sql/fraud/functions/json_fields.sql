-- json_fields(…) gives each row the fields of the JSON object in its bytes, typed; is_object says if there is one.
CREATE TEMPORARY SYSTEM FUNCTION json_fields AS 'headrace.operators.JsonFields' LANGUAGE JAVA;
