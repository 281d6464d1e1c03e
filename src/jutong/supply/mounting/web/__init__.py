"""Pages of mounting: sources, scans, uploads, permitted addresses, the mount of a resource."""
