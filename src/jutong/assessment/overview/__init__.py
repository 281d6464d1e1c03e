"""The first screen of each person (总览): the region at a glance, who is late, a chief's ledger, calls, the big screen.

The room owns no facts and has no tables. It asks the doors of the rooms below for counts, each with the moment it was
true, and puts them side by side; every figure leads to the list it was counted from.
"""
