"""tieout keeps a warehouse and a ledger in step."""
