"""Keeps bytes and gives them out again (文件): content-addressed on disk, names only in the database.

A file's place is its digest, so no name that anybody typed ever becomes a path. Who may fetch a file is decided by
the rooms that refer to it: each says for its own objects, and may note that it was fetched.
"""
