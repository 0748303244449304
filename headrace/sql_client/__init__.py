"""Flink's own SQL client and gateway, with a use case's tables, views and functions registered."""
