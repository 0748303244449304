"""The versions that there are, what each was trained on, how good it was there, and what it does now."""
