"""Addresses for whoever watches the platform from outside: balancers, service managers, Prometheus."""
