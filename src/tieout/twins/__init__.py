"""Twins: local programs that behave as an outside system does on the wire."""
