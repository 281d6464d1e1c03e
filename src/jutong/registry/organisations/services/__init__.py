"""Changing the register, and plans by which bodies change."""
