"""The tables of a data folder, read and written with DuckDB by the contracts' columns."""
