"""Pages of catalogue files."""
