"""Changing mounting: sources and permitted addresses, scans and proposals, uploads, mounts."""
