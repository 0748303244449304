"""Documents that somebody else may have written, read by a schema."""
