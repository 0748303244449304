-- One row is one payment of the past with the features it had at its own time: what a model is trained on.
CREATE TABLE contracts.training_features LIKE contracts.transaction_features;
