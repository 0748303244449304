"""Python functions that Flink's workers run, by row or by batch."""
