"""Facts are stored in the transaction of the change that caused them and carried on afterwards.

A room publishes what has happened; rooms above subscribe. Committed facts get gapless numbers from one sequencer, and
each subscriber is led through them in order: a handler runs in one transaction with the move of its subscriber's
position, so that what it writes to the database is written once. A fact that a handler cannot take holds up only its
own stream, is tried again with growing pauses, and is parked for an operator after five tries.
"""
