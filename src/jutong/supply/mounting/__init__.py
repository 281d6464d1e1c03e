"""Mounting (挂载): where the data of a resource really lies, and how the platform reaches it.

Owns departments' data sources and their credentials, the list of addresses each department may have the platform
call, scans of databases into drafts, uploaded files, registered HTTP services, and the mount of each resource. What
moves from there into the pool is `exchange`'s; what the data means is `catalogue`'s.
"""
