"""Changes of duplicates: one action, one transaction."""
