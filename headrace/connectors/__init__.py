"""Jars that are not in the PyFlink wheel: which, from where, and whether they are what was pinned."""
