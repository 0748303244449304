-- score(ROW of features, event time, entity key) gives ROW<score, decision, model_version, reasons, error, shadows>.
CREATE TEMPORARY SYSTEM FUNCTION score AS 'udfs.scoring.score_row' LANGUAGE PYTHON;
