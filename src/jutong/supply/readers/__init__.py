"""Readers (目录读者): what those who read the catalogue do with it.

They follow resources, departments and classes and are told what changes; they ask, comment and point to mistakes, and
the provider answers; they rate; and they take a part of the catalogue away as a bound book. What the catalogue says is
the catalogue's own affair: nothing here changes an entry.
"""
