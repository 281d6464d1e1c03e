"""Pages of the gate, and the gate itself as middleware."""
