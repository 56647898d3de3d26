"""The simulator: both twins, the real flow and journal, virtual time, and every fault we know, drawn from a seed."""
