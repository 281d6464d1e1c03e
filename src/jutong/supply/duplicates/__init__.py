"""Duplicates (一数一源): which resources of different departments hold the same data, and whose it is.

Owns the search for duplicates with its evidence, the reviewers' decisions on what was found, and the negotiation of the
first-collecting department (第一采集部门). What a resource says is `catalogue`'s; that a department which is not the
source cannot mount is enforced by `mounting`, which is told the result. Art. 19, Guide 6.2.6.
"""
