"""Files that people drop, handed to a live job: each complete line once, each file under a number of its own."""
