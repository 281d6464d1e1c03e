"""Pages of the catalogue: search, resource, drafts and their form."""
