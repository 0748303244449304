"""Jobs: one module per ``flink run -pym jobs.<name>``."""
