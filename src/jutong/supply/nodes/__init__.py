"""Front-end nodes (前置机): departments' machines that read sources the platform cannot reach.

Owns the zones and nodes of departments, their enrolment and keys, the orders they fetch, the rows they send until an
exchange has taken them, and the department's consent to what leaves. A node calls, and is never called. How a source
is read is `mounting`'s; what becomes of the rows is `exchange`'s.
"""
