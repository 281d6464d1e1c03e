"""Changing notices: the inbox, what is carried out of it, contact points and settings."""
