"""Runs declared procedures (办理流程): who acts next, until when by the legal calendar, and what happened so far.

A procedure is a short class that a room writes: states, who acts in them, the limit with its article, and the
transitions between them. This room keeps the cases and their events, finds the people, runs the clocks, never lets two
people take the same step or a step have nobody, reminds and escalates, and draws the road. It never decides a case by
the mere passing of time (requirement S3).
"""
