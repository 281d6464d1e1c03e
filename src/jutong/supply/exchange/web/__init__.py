"""Pages of the exchange: runs, a run with its progress and rejects, the panel of a resource."""
