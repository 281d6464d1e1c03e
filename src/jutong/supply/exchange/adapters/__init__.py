"""The outside of the exchange: the reading thread, the staging tables, the pool."""
