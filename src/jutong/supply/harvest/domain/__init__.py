"""Rules of harvesting: addresses and pages, foreign records and our words for theirs, schedules. Pure."""
