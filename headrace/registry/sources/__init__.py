"""Models that were made elsewhere, read from what their libraries write: one module a kind of file."""
