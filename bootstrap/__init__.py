"""Makes the virtual environment; needs nothing but Python's standard library."""
