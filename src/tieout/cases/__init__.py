"""Cases: what people must decide, and what they can do about it."""
