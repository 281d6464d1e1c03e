"""Rules of the gate: how marks are recognised in text, which texts a request holds, what is refused."""
