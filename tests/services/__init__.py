"""Services that tests need: containers where a Docker engine answers, processes of this machine where none does."""
