-- One row is one payment that somebody should look at.
CREATE TABLE contracts.alerts LIKE contracts.predictions;
