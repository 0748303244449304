"""Whether the features of every way through the suite are the ones that were meant, row by row."""
