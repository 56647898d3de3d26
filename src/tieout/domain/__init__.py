"""Nouns, no I/O: documents, postings, outcomes, identity, quantities, reasons, clocks."""
