"""Django glue that knows no room: access to rows, REST conventions, model fields, translation of errors.

It stands between the pure kernel and the rooms, so that every face and every list is made the same way.
"""
