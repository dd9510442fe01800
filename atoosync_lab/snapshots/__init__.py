"""Floor 3: captures, immutable DuckDB files of what one side held at one moment."""
