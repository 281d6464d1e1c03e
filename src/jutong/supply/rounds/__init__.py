"""Rounds of compilation (目录编制轮次): who compiles what by when, from the pre-drafted list to the publication of all.

Owns rounds with their days, pre-drafted entries and their claims, the registers of duties and systems they are planned
from, surveys, submissions with their file, remarks on elements, public notices with objections, and the wall of
progress. What an entry says, its review and its code are `catalogue`'s: a round goes around its procedure, and follows
it by its facts. Guide 6.1, 6.2.
"""
