"""The journal: what is remembered, on SQLite or PostgreSQL. `tables.py` is the whole schema; `store.py` opens it."""
