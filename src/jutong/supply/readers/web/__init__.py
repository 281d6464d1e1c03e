"""Pages of readers, and what they show on the pages of the catalogue."""
