"""Catalogue (政务数据资源目录): what government data there is, who provides it, and how it may be shared.

Owns resources with their 13 core elements, the classification tree, the codes and their issue, the compilation from
draft to publication, and every published version. Where the data lies is `mounting`'s, who may use it is `sharing`'s.
"""
