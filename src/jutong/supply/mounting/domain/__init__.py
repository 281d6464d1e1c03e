"""Rules of mounting: which addresses may be called, what a scanned table becomes, which columns fit, how files read."""
