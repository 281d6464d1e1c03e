"""Harvesting (目录采集): entries of outside catalogues, by CKAN, udata or DCAT, become drafts of a department's own.

Owns the feeds with their schedules, the harvests with their records, the links from foreign identifiers to drafts, and
the table that tells what foreign words mean here. What an entry may say, and what becomes of a draft, is the
catalogue's affair: nothing is ever published by a harvest.
"""
