"""Where the time of the whole job goes: a flame graph of the JVM while it works off a backlog."""
