"""The front-end node (前置机): a program for a department's network that reads its sources for the platform.

It calls the platform and is never called. It uses the adapters of `jutong.supply.mounting` and nothing of Django.
"""

VERSION = "0.1.0"
