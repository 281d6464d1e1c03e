"""The platform's own health: probes that any room plugs in, readiness and metrics for whoever watches from outside."""
