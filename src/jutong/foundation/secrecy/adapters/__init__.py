"""The outside of the gate: the rule packs it reads, and the child process that opens files."""
