"""Published results, computed again on features of our own jobs."""
