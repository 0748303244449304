"""Rolling windows beside the chain of OVER views and beside Quix Streams: ``python -m benchmarks.rolling``."""
