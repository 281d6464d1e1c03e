"""Changing cases: one action, one transaction, with its event, its audit entry, its fact and its notices."""
