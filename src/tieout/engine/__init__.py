"""Where and when work is done: each job gets its next turn. What is due, and whether, the journal says.

`seam` and `bell` are all the rest of tieout may know; `durable.DurableEngine` runs in every worker process.
"""
