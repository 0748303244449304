"""The fraud benchmark: card transactions, their frauds, and the tables made of them."""
