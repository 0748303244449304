-- One row is one valid payment from before the live feed began: it fills windows and gets no prediction of its own.
CREATE TABLE contracts.transactions_history LIKE contracts.transactions;
