"""The outside world of harvesting: portals over HTTP, and the child that reads RDF."""
