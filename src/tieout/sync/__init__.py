"""The flow: intake, read, plan, post, settle. `drain.py` is the main path."""
