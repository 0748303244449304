"""headrace: real-time machine learning on Apache Flink, in Python and SQL."""

__version__ = "0.1.0"
