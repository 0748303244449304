"""A standalone Flink cluster on this machine, from the distribution inside the PyFlink wheel."""
