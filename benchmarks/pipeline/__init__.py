"""The whole shipped job from Kafka to Kafka, beside what else there is: ``python -m benchmarks.pipeline``."""
