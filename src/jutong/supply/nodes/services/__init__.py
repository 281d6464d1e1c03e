"""What nodes does: keeping nodes, serving them, and reading through them."""
