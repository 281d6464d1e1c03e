"""Rules of duplicates: names and what they have in common, likeness of resources, and whose data it is."""
