"""Completeness (完整性): elements that are there of those expected. GB/T 36344, 0201."""
