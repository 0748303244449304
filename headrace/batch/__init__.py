"""Predictions on a schedule: rows of a table or file, scored as the stream would score them."""
