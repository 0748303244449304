"""What the SQL function ``rolling`` computes, in plain Python."""
