"""Changing imports and writing files."""
