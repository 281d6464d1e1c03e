"""Gateway (网关): answers the signed calls of departments' systems, and keeps the log of every call.

`plane` is the data plane, a process of its own that imports no Django: it holds the live grants in memory, checks each
call, fetches the data, and lets the answer go when its log record is on disk. The rest of the room is the Django side
of the call log: lists, figures, pages. Everything both sides and strangers must agree on lies in `values`.
"""
