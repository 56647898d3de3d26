"""The demo: a real retailer's days go through both twins, with faults, and are tied out over the twins' own APIs."""
