"""The rules of running a procedure: clocks, what may be done now, what a transition asks for, and the drawing."""
