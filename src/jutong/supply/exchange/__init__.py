"""Exchange (交换): move the data of mounted resources into the pool, exactly once, and keep the proof of it.

Owns the pool's tables, the runs with their progress, the batch ledger, watermarks, rejected rows, and the plan by
which resources are gathered again. Where data comes from is `mounting`'s; whether it is good is `quality`'s.

A batch goes: rows of one moment of the source into a staging table, checked against the contract of the catalogue;
then one transaction in the target: fence by the lease's epoch, merge or swap, ledger row, watermark, audit, fact.
"""
