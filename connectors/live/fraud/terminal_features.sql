-- Live, features do not wait for the watermark.
CREATE TEMPORARY VIEW terminal_features AS
SELECT * FROM terminal_features_on_arrival;
