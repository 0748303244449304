"""What if another version, threshold or cost table had decided: history replayed, and the gate that reads it."""
