"""Reads the suite's SQL, binds it to an environment, plans it and submits it."""
