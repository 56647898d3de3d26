"""Where and when work is done: each job gets its next turn. What is due, and whether, the journal says.

`seam` is all the rest of tieout may know. `durable.DurableEngine` runs in a worker process, `inline.InlineEngine` in
tests and one-shot commands, and `remote.RemoteWaker` tells workers from another process that there is something to do.
"""
