"""The demonstration region (演示区域): a Guangxi that looks real and is invented, to try the platform on.

A floor of its own below `config`: it may use every room's door and nobody may use it. What people would do goes in
through the rooms' services with its moments in the past; rows and calls go in by COPY, calls as sealed segments. All
of it follows from a fixed seed and from today, so that two loads of one day say the same.
"""

from typing import Final

WORK: Final = "demo"
"""The name under which the database itself notes how far a load has come."""

BEGUN: Final = "begun"
LOADED: Final = "loaded"
"""What is noted: a load was begun, or has ended; then with the last row of the audit log behind it."""
