"""Catalogue files (目录交换格式): the catalogue out as Excel, CSV, JSON and DCAT, and entries in from files.

Owns the imports with their previews. What an entry may say, and what becomes of it, is the catalogue's affair: an
import only ever makes drafts of the steward's own department, through the catalogue's own services.
"""
