"""Measures tieout against the limits of the machine it runs on."""
