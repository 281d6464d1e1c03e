"""Changing what readers follow, say and think: one action, one transaction, with its audit entry and its fact."""
