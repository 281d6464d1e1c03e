"""The pages of harvesting."""
