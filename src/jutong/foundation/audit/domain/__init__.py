"""The rules of the log: what of an entry is hashed, the tree over the hashes, and the signed notes about it."""
