"""Who did or saw what (审计日志): an append-only log that cannot be changed without its being noticed (requirement M4).

An entry is inserted in the transaction of the change it tells of. One sequencer numbers committed entries, hashes
them into a tree of the shape of RFC 6962, and signs a checkpoint every ten seconds or thousand entries. Any entry can
be proved to lie under a checkpoint, and any two checkpoints to be of one log; `python -m jutong_verify` checks an
export without a line of the platform's own code.
"""
