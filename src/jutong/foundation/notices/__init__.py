"""Tells people what concerns them (通知): an inbox for each person, with what is unread.

A notice is kept as Chinese source text with its parameters and is put into words in the reader's language. Mail, SMS
and webhooks will carry the same notices out; the inbox stays the place where they all lie.
"""
