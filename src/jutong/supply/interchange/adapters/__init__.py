"""The outside of catalogue files: the reading child, the writers of spreadsheets."""
