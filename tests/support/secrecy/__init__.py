"""The corpus of the secrecy gate, and the search for what it should not have kept."""
