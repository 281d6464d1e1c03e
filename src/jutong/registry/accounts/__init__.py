"""Who may act, and for whom: people, their posts, calling systems and keys.

A person signs in once and acts in one post (岗位) of one organisation at a time; every right follows that post and
that organisation. The room also keeps the calling systems (应用) of departments with the keys that sign their calls,
and hands other rooms the directory of who holds which post.
"""
