"""Codes and word lists the Rules and the national standards prescribe: parse, check, format, compare."""
