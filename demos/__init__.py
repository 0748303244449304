"""Demos: one file a use case."""
