"""Changing rounds: one action, one transaction, with its audit entry and its fact."""
