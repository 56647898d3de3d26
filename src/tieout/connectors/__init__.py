"""Connectors: one folder per outside system. `contract.py` is all the rest of tieout knows of them."""
