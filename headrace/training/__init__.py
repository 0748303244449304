"""From a data folder to a trained artifact: features by a bounded run, labels joined, a model fitted."""
