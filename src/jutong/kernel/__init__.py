"""The language of the Rules in pure Python: codes, identifiers, working days, rights, errors.

Everything above imports it; it imports neither Django nor anything above, and does no I/O.
"""
