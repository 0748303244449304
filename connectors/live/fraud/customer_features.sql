-- Live, features do not wait for the watermark.
CREATE TEMPORARY VIEW customer_features AS
SELECT * FROM customer_features_on_arrival;
