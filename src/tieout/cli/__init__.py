"""The command line: thin commands over views, cases and bootstrap."""
