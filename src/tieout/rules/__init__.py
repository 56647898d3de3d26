"""Decisions, no I/O. One small file per rule; `policy.py` lists them in the order in which people read them."""
