-- score(ROW of the model's features, by name) gives ROW<score, decision, model_version, reasons, error>.
CREATE TEMPORARY SYSTEM FUNCTION score AS 'udfs.scoring.score' LANGUAGE PYTHON;
