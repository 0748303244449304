"""What is measured of ours, started by its path."""
