"""Who is told of exceptions, when, and in which words. Sending is Apprise's; what was told is in the journal."""
