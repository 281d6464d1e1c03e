"""Changing the lists: one action, one transaction, with its audit entry and its fact."""
