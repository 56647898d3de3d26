"""Reads for people: plain data, the same for web and command line."""
