"""Outside systems: the metrics format, and the numbers the database and the machine give."""
